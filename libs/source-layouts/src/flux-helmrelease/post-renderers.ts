import type { FieldChange, JsonValue, KubeObject } from '@fleetmend/model';
import type { Tree } from '@fleetmend/ports';
import type { WaysOver } from '../helm-edit.ts';
import { inlinePatch } from '../inline-patch.ts';
import { inLayer, type Candidate } from '../kustomize/candidate.ts';
import { asFields, listOf, type Layer } from '../kustomize/layers.ts';
import { patchesThatSay } from '../kustomize/patches.ts';
import { imageEntries } from '../kustomize/transformers.ts';
import type { Opened } from './flux-release.ts';

/**
 * The post-renderers of a HelmRelease as places that say a field: a patch or an image that says it already, and one more patch, which has
 * the last word. Source: Flux' documentation of HelmReleases, "Post renderers".
 */
export async function postRendererWays({ object: release, write }: Opened, tree: Tree, { object, ...field }: FieldChange & { readonly object: KubeObject }): Promise<WaysOver> {
  const renderers = listOf(asFields(release['spec'])['postRenderers']).map((renderer) => asFields(renderer)['kustomize']);
  const what = `postRenderers of HelmRelease ${release.metadata.name}`;
  const layers = renderers.map((value, index): Layer => ({ folder: '', file: what, text: '', document: 0, at: ['spec', 'postRenderers', String(index), 'kustomize'], value: asFields(value), write })).toReversed();
  const wanted = { tree, build: { tree, root: '', layers, madeUp: true, added: undefined }, object, from: undefined, resource: undefined, ...field };
  const entry = inlinePatch({ ...field, object });
  return {
    said: [...(await patchesThatSay(wanted)), ...imageEntries(wanted)],
    fresh: entry === undefined ? [] : [onePatchMore(what, { layers, write }, entry)],
  };
}

/** In the last post-renderer that has patches, so that the list grows by one entry; else in a new one. */
function onePatchMore(what: string, { layers, write }: { readonly layers: readonly Layer[]; readonly write: Opened['write'] }, entry: JsonValue): Candidate {
  const [last] = layers;
  if (last && listOf(last.value['patches']).length > 0) return inLayer(`a new patch in ${what}`, last, { path: ['patches', '-'], value: entry });
  const renderer = { kustomize: { patches: [entry] } };
  return { what: `a new patch in ${what}`, make: () => (last ? write(['spec', 'postRenderers', '-'], renderer) : write(['spec', 'postRenderers'], [renderer])) };
}
