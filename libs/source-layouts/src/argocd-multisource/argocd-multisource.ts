import { PermanentError } from '@fleetmend/kernel';
import { refOf, renderRef, sameRef, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import type { Renderer, Tree } from '@fleetmend/ports';
import { helmRenderer } from '@fleetmend/render';
import { z } from 'zod';
import { argoRelease, openApplication, sourcesOf } from '../argo-helm.ts';
import { editHelm, findRendered, unlessBroken } from '../helm-edit.ts';
import { fieldEdit } from '../helm-layers.ts';
import { renderHelm, type Release } from '../helm-release.ts';
import type { LayoutDefinition } from '../layout-definition.ts';
import { isBuilt, isNamed, listManifests, normalisePath, readFiles, type FoundObject } from '../manifest-folder.ts';

const Config = z.strictObject({ path: z.string().min(1).optional().describe("Folders that hold the program helm, as in the variable PATH; absent: the hub's own PATH.") });

/** One source that makes objects: a chart, or a plain folder. */
type Part = { readonly release: Release } | { readonly folder: string };

/** An Argo CD Application with several sources: where two of them render the same object, the last one wins. */
export const argocdMultisource: LayoutDefinition<z.infer<typeof Config>> = {
  kind: 'argocd-multisource',
  config: Config,
  create({ path }, { searchPath }): SourceLayout {
    const renderer = helmRenderer({ path: path ?? searchPath });
    const rootOf = async ({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> => {
      const parts = await unlessBroken(partsOf(tree, application));
      if (!parts) return undefined;
      const includes = parts.flatMap((part) => ('release' in part ? part.release.includes : [part.folder]));
      const [first] = parts;
      return { layout: 'argocd-multisource', root: first === undefined ? '' : 'release' in first ? first.release.chart : first.folder, includes: [...new Set(includes)], application };
    };
    return {
      kind: 'argocd-multisource',
      rootOf,
      async locate({ target, application, binding, tree }) {
        const parts = application && (await partsOf(tree, application));
        const rooted = application && (await rootOf({ application, tree }));
        if (!parts || !rooted) return undefined;
        const found = await findPart(renderer, parts, target, tree);
        if (!found) throw new PermanentError('SourceNotFound', `no source of ${renderRef(application.ref)} renders ${renderRef(target)} at ${binding.repository}@${tree.revision.slice(0, 8)}: it may have been removed from Git`);
        const { part, place } = found;
        const says = 'release' in part ? `helm renders ${renderRef(target)} from ${part.release.chart}, with values from ${part.release.layers.map(({ what }) => what).join(', ') || 'nowhere'}` : `${place?.path ?? part.folder} (document ${place?.document ?? 0}) holds it`;
        return {
          ...rooted,
          root: 'release' in part ? part.release.chart : part.folder,
          path: place?.path ?? ('release' in part ? part.release.file : part.folder),
          document: place?.document ?? 0,
          carriers: 'release' in part ? part.release.carriers : [],
          evidence: [...application.evidence, `of the ${parts.length} sources of ${renderRef(application.ref)} that make objects, this one has the last word`, says],
        };
      },
      async edit(input) {
        const { origin, change, tree } = input;
        const parts = origin.application && (await partsOf(tree, origin.application));
        const found = parts && (await findPart(renderer, parts, change.object, tree));
        if (!origin.application || !found) throw new PermanentError('SourceNotFound', `no source renders ${renderRef(change.object)} any more`);
        const { application } = origin;
        if ('release' in found.part) {
          const { chart } = found.part.release;
          return editHelm({ renderer, open: async (state) => releasesOf((await partsOf(state, application)) ?? []).find((release) => release.chart === chart) }, input);
        }
        const { place } = found;
        const text = place && (await tree.read(place.path));
        if (!place || text === undefined) throw new PermanentError('SourceNotFound', `${found.part.folder} does not hold ${renderRef(change.object)}`);
        const after = change.fields.reduce((now, { path: field, value }) => fieldEdit({ file: place.path, text: now, document: place.document, path: [...place.within, ...field], value })[0]?.after ?? now, text);
        return after === text ? [] : [{ path: place.path, before: text, after }];
      },
      async render({ origin: { application, root }, tree }) {
        const parts = application && (await partsOf(tree, application));
        if (!parts) throw new PermanentError('RenderFailed', `${root || '/'} of ${tree.revision.slice(0, 8)} is no source of an Application with several`);
        const rendered = await Promise.all(parts.map((part) => renderPart(renderer, part, tree)));
        return lastWins(rendered.flat());
      },
    };
  },
};

async function partsOf(tree: Tree, application: Application): Promise<readonly Part[] | undefined> {
  const app = await openApplication(tree, application);
  const sources = app ? sourcesOf(app) : [];
  const several = (app?.object['spec'] as { readonly sources?: unknown } | undefined)?.sources !== undefined;
  if (!app || !several || app.madeBy !== undefined) return undefined;
  const parts: Part[] = [];
  for (const [index, source] of sources.entries()) {
    if (source.chart !== undefined) throw new PermanentError('NotEditable', `${renderRef(refOf(app.object))} installs the chart ${source.chart} of ${source.repoURL ?? 'another place'}, which is not in the repository and cannot be rendered here: change its values by hand`);
    if (source.path === undefined) continue;
    const folder = normalisePath(source.path);
    const release = await argoRelease({ app, source, at: ['spec', 'sources', String(index)], tree });
    if (release) parts.push({ release });
    else if (await isBuilt(tree, folder)) throw new PermanentError('NotEditable', `source ${folder} of ${renderRef(refOf(app.object))} is built by kustomize beside other sources, which no layout here edits: change it by hand`);
    else parts.push({ folder });
  }
  return parts;
}

function releasesOf(parts: readonly Part[]): readonly Release[] {
  return parts.flatMap((part) => ('release' in part ? [part.release] : []));
}

async function renderPart(renderer: Renderer, part: Part, tree: Tree): Promise<readonly KubeObject[]> {
  return 'release' in part ? renderHelm(renderer, part.release, tree) : (await objectsIn(tree, part.folder)).map(({ object }) => object);
}

async function objectsIn(tree: Tree, folder: string): Promise<readonly FoundObject[]> {
  const { objects, unreadable } = await readFiles(tree, await listManifests(tree, folder));
  const [broken] = unreadable;
  if (broken) throw new PermanentError('RenderFailed', broken.cause);
  return objects;
}

/** The last source that renders the object. */
async function findPart(renderer: Renderer, parts: readonly Part[], target: ObjectRef, tree: Tree): Promise<{ readonly part: Part; readonly place: FoundObject | undefined } | undefined> {
  for (const part of parts.toReversed()) {
    if ('release' in part) {
      if (findRendered(await renderHelm(renderer, part.release, tree), target)) return { part, place: undefined };
      continue;
    }
    const place = (await objectsIn(tree, part.folder)).find(({ object }) => isNamed(object, target) && (object.metadata.namespace === undefined || object.metadata.namespace === target.namespace));
    if (place) return { part, place };
  }
  return undefined;
}

function lastWins(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.filter((object, index) => !objects.slice(index + 1).some((later) => sameRef(refOf(later), refOf(object))));
}
