import { PermanentError } from '@fleetmend/kernel';
import { refOf, renderRef, sameRef, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { Application, SourceLayout, SourceRoot } from '@fleetmend/plugin-api';
import { isElsewhere, renderPlace, type Renderer, type Tree } from '@fleetmend/ports';
import { homesOf, placeOfSource, sourcesOf, type ArgoApplication } from './argo-application.ts';
import { argoRelease } from './argo-helm.ts';
import { editHelm, findRendered, unlessBroken } from './helm-edit.ts';
import { fieldEdit } from './helm-layers.ts';
import { renderHelm, type Release } from './helm-release.ts';
import { chartsOf, demandHeld, toldOf, type Look } from './remote-chart.ts';
import { isBuilt, isNamed, listManifests, normalisePath, readFiles, under, type FoundObject } from './manifest-folder.ts';

/** One source that makes objects: a chart, or a plain folder. */
export type Part = { readonly release: Release } | { readonly folder: string };

export interface PartsLayout {
  readonly kind: string;
  readonly renderer: Renderer;
  /** The parts in order; undefined: the application is another layout's. */
  readonly open: (tree: Tree, application: Application, look?: Look) => Promise<readonly Part[] | undefined>;
}

/** A layout of sources side by side: where two of them render the same object, the last one wins. */
export function partsLayout({ kind, renderer, open }: PartsLayout): SourceLayout {
  const rootOf = async ({ application, tree }: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined> => {
    const parts = await unlessBroken(open(tree, application, 'Roots'));
    if (!parts) return undefined;
    const includes = parts.flatMap((part) => ('release' in part ? part.release.includes : [part.folder]));
    const [first] = parts;
    return { layout: kind, root: first === undefined ? '' : rootOfPart(first), includes: [...new Set(includes)], application };
  };
  return {
    kind,
    rootOf,
    async locate({ target, application, binding, tree }) {
      const parts = application && (await open(tree, application));
      const rooted = application && (await rootOf({ application, tree }));
      if (!parts || !rooted) return undefined;
      const found = await findPart(renderer, parts, target, tree);
      if (!found) throw new PermanentError('SourceNotFound', `no source of ${renderRef(application.ref)} renders ${renderRef(target)} at ${binding.repository}@${tree.revision.slice(0, 8)}: it may have been removed from Git`);
      const { part, place } = found;
      if ('release' in part) demandHeld(application, part.release);
      const says = 'release' in part ? `helm renders ${renderRef(target)} from ${part.release.fetched ? toldOf(part.release.fetched) : renderPlace(part.release.chart)}, with values from ${part.release.layers.map(({ what }) => what).join(', ') || 'nowhere'}` : `${renderPlace(place?.path ?? part.folder)} (document ${place?.document ?? 0}) holds it`;
      const order = parts.length === 1 ? [] : [`of the ${parts.length} sources of ${renderRef(application.ref)} that make objects, this one has the last word`];
      return {
        ...rooted,
        root: rootOfPart(part),
        path: place?.path ?? ('release' in part ? part.release.file : part.folder),
        document: place?.document ?? 0,
        carriers: 'release' in part ? part.release.carriers : [],
        ...('release' in part ? chartsOf(part.release) : {}),
        evidence: [...application.evidence, ...order, says],
      };
    },
    async edit(input) {
      const { origin, change, tree } = input;
      const { application } = origin;
      const parts = application && (await open(tree, application));
      const found = parts && (await findPart(renderer, parts, change.object, tree));
      if (!application || !found) throw new PermanentError('SourceNotFound', `no source renders ${renderRef(change.object)} any more`);
      if ('release' in found.part) {
        const { chart } = found.part.release;
        return editHelm({ renderer, open: async (state) => releasesOf((await open(state, application)) ?? []).find((release) => release.chart === chart) }, input);
      }
      const { place } = found;
      const text = place && (await tree.read(place.path));
      if (!place || text === undefined) throw new PermanentError('SourceNotFound', `${found.part.folder} does not hold ${renderRef(change.object)}`);
      if (isElsewhere(place.path)) throw new PermanentError('NotEditable', `${renderPlace(place.path)} holds ${renderRef(change.object)} and lies in another repository than the RepoBinding names: change it there by hand`);
      const after = change.fields.reduce((now, { path: field, value }) => fieldEdit({ file: place.path, text: now, document: place.document, path: [...place.within, ...field], value })[0]?.after ?? now, text);
      return after === text ? [] : [{ path: place.path, before: text, after }];
    },
    async render({ origin: { application, root }, tree }) {
      const parts = application && (await open(tree, application));
      if (!parts) throw new PermanentError('RenderFailed', `${root || '/'} of ${tree.revision.slice(0, 8)} is no source of an Application that ${kind} renders`);
      const rendered = await Promise.all(parts.map((part) => renderPart(renderer, part, tree)));
      return lastWins(rendered.flat());
    },
  };
}

/** The sources of an Application that make objects. @throws PermanentError `NotEditable` for one that nobody here can render. */
export async function partsOf(tree: Tree, app: ArgoApplication, look: Look = 'Whole'): Promise<readonly Part[]> {
  const homes = await homesOf(tree, app);
  const parts: Part[] = [];
  for (const [index, source] of sourcesOf(app).entries()) {
    if (source.chart !== undefined) {
      const release = await argoRelease({ app, source, at: placeOfSource(app, index), tree, homes, look });
      if (release) parts.push({ release });
      continue;
    }
    if (source.path === undefined) continue;
    const home = homes[index] ?? '';
    const folder = under(home, normalisePath(source.path));
    if (homes.length > 1 && (await tree.list(folder)).length === 0) throw new PermanentError('NotEditable', `source ${renderPlace(folder)} of ${renderRef(refOf(app.object))}, out of ${source.repoURL ?? 'another place'}, is not in the repository and cannot be rendered here: change it by hand`);
    const release = await argoRelease({ app, source, at: placeOfSource(app, index), tree, homes, home });
    if (release) parts.push({ release });
    else if (await isBuilt(tree, folder)) throw new PermanentError('NotEditable', `source ${renderPlace(folder)} of ${renderRef(refOf(app.object))} is built by kustomize beside other sources, which no layout here edits: change it by hand`);
    else parts.push({ folder });
  }
  return parts;
}

function rootOfPart(part: Part): string {
  return 'release' in part ? part.release.chart : part.folder;
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
