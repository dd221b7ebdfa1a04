import { PermanentError, canonicalJson } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { refOf, renderRef, type Action, type FileEdit, type ObjectDiff, type Plan } from '@fleetmend/model';
import type { SourceOrigin } from '@fleetmend/plugin-api';
import { withEdits, type Tree } from '@fleetmend/ports';
import { fleetRoots, reachedBy, type FleetRoot, type FleetRoots } from '../propose/fleet-roots.ts';
import { withoutCarriers } from '../propose/other-differences.ts';
import type { Proven } from '../propose/prove.ts';
import { shownValue } from '../propose/shown-value.ts';
import { editableBy, leadCluster, locate, type Source } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';
import { findBuild, stateAt, type Build, type RenderedState } from './build.ts';
import { isPlace, placesBetween } from './file-places.ts';
import { isBroken, type Good } from './last-good.ts';
import { against, editFor, namespacesOf, restoredBy, type Place } from './restored.ts';

export type SourceRestoreAction = Extract<Action, { readonly action: 'restoreField' }> & { readonly source: NonNullable<Extract<Action, { readonly action: 'restoreField' }>['source']> };

export function isSourceRestore(action: Action): action is SourceRestoreAction {
  return action.action === 'restoreField' && action.source !== undefined;
}

/** A restore that mends what could not be rendered, with all that merging it brings into the cluster. */
export interface ProvenRestore {
  readonly source: Source;
  readonly edits: readonly FileEdit[];
  readonly proven: Proven;
  readonly changes: Plan['changes'];
}

/**
 * Renders the last good state, the base, and the base with one place put back, for every cluster of the request and whatever else includes the
 * file. It holds when the base cannot be rendered and the edited one can, no object of the last good state is missing in it, and everything
 * else that can be rendered stays as it is. What differs from the last good state is what later commits say: it is handed to policy whole.
 * Undefined: the base can be rendered, so that there is nothing to mend.
 *
 * @throws PermanentError `NotRestored` naming what still fails, `WouldBeLost` naming the objects, `WouldNotRender` naming another application.
 */
export async function proveRestore(deps: StageDeps, { request }: View, { action, base }: { readonly action: SourceRestoreAction; readonly base?: string | undefined }): Promise<ProvenRestore | undefined> {
  const builds: Build[] = [];
  for (const cluster of [leadCluster(request), ...request.spec.clusters.slice(1)]) {
    const build = await findBuild(deps, request, cluster);
    if (build === undefined) throw new PermanentError('SourceNotFound', `no engine of ${cluster} says what ${request.spec.target?.kind ?? ''} ${request.spec.target?.name ?? ''} applies any more`);
    builds.push(base === undefined ? build : { ...build, head: base });
  }
  const [own, ...others] = builds as [Build, ...Build[]];
  for (const { cluster, binding: { spec }, head } of others) {
    if (head !== own.head || spec.repository !== own.binding.spec.repository || spec.forgeRef !== own.binding.spec.forgeRef) throw new PermanentError('ClustersDiffer', `${cluster} is built from another repository than ${own.cluster}: one pull request cannot change both`);
  }
  const head = await own.repository.tree(own.head);
  const place = await placeOf(own, head, action);
  const edits = [await editFor(place, head)];
  const made: Made[] = [];
  for (const build of builds) {
    const one = await restoreIn(deps, build, { head, edits, commit: action.commit });
    if (one === undefined) return undefined;
    made.push(one);
  }
  const [lead] = made as [Made, ...Made[]];
  const source = await sourceOf(deps, lead, { head, edits, place });
  return { source, edits, proven: await proofOf(deps, { source, made, head, edits, commit: action.commit }), changes: [changeOf(place)] };
}

async function placeOf({ repository, binding }: Build, head: Tree, { source: { file, document }, path, commit }: SourceRestoreAction): Promise<Place> {
  const [was, is] = [await (await repository.tree(commit)).read(file), await head.read(file)];
  const found = was === undefined || is === undefined ? undefined : placesBetween(was, is).places.find((place) => isPlace(place, { document }, path));
  if (found === undefined) throw new PermanentError('NothingToChange', `nothing to change: ${path.join('/')} of ${file} is what it was in ${commit.slice(0, 8)}, or cannot be found there`);
  if (!editableBy(binding)(file)) throw new PermanentError('NotEditable', `the RepoBinding does not allow ${file}`);
  return { ...found, file };
}

interface Made {
  readonly build: Build;
  readonly good: Good;
  readonly state: RenderedState;
  readonly diffs: readonly ObjectDiff[];
}

interface Asked {
  readonly head: Tree;
  readonly edits: readonly FileEdit[];
  readonly commit: string;
}

async function restoreIn(deps: StageDeps, build: Build, { head, edits, commit }: Asked): Promise<Made | undefined> {
  const { application, repository, cluster } = build;
  const tree = await repository.tree(commit);
  const good = await stateAt(deps.layouts, application, tree);
  if (isBroken(good)) throw new PermanentError('NotRestored', `${renderRef(application.ref)} of ${cluster} could not be rendered in ${commit.slice(0, 8)} either: ${good.failed}`);
  if (!isBroken(await stateAt(deps.layouts, application, head))) return undefined;
  const known = { ...good, commit, tree };
  const made = await restoredBy(deps, { application, good: known, head, edits });
  if ('failed' in made) throw new PermanentError('NotRestored', `with the edit ${renderRef(application.ref)} of ${cluster} still cannot be rendered: ${made.failed}`);
  if (made.lost.length > 0) throw new PermanentError('WouldBeLost', `with the edit ${made.lost.slice(0, 5).join(', ')} would be deleted from ${cluster}: later commits took out more than the one place`);
  return { build, good: known, state: made.state, diffs: made.diffs };
}

/** Where the application comes from, as the edited state tells: the broken one tells nothing. */
async function sourceOf(deps: StageDeps, { build, state }: Made, { head, edits, place }: Omit<Asked, 'commit'> & { readonly place: Place }): Promise<Source> {
  const { application, cluster, binding } = build;
  const edited = withEdits(head, edits);
  const [first] = state.objects;
  if (first === undefined) throw new PermanentError('NotRestored', `with the edit ${renderRef(application.ref)} of ${cluster} renders to nothing`);
  const { layout, origin } = await locate(deps.layouts, { cluster, live: first, binding: { ...binding.spec, editablePaths: ['**'] }, tree: edited, application });
  const own: SourceOrigin = { ...origin, path: place.file, document: place.document ?? 0, evidence: [...application.evidence, `${renderRef(application.ref)} cannot be rendered at ${build.head.slice(0, 8)}`, `it can with one place of ${place.file} as it was earlier`] };
  return { ...build, layout, origin: own };
}

async function proofOf(deps: StageDeps, { source, made, head, edits, commit }: Asked & { readonly source: Source; readonly made: readonly Made[] }): Promise<Proven> {
  const fleet = await fleetRoots(deps, source, head);
  const isOurs = ({ cluster, application }: FleetRoot) => made.some(({ build }) => build.cluster === cluster && canonicalJson(build.application.ref) === canonicalJson(application.ref));
  const good = await source.repository.tree(commit);
  const others = await Promise.all(reachedBy(fleet.roots, edits).filter((root) => !isOurs(root)).map((root) => effectOn(deps, root, { head, edits, good, origin: source.origin })));
  const own = made.flatMap(({ build: { cluster }, diffs }) => diffs.map((diff) => (cluster === source.cluster ? diff : { ...diff, cluster })));
  const diffs = [...own, ...others.flatMap(({ cluster, diffs: found = [] }) => found.map((diff) => (cluster === source.cluster ? diff : { ...diff, cluster })))];
  return {
    places: made.map(({ build }) => ({ source: { ...source, cluster: build.cluster, target: build.target, application: build.application }, change: { object: refOf(source.target), fields: [] }, base: source.target })),
    diffs,
    base: source.target,
    edited: source.target,
    reach: { objects: diffs.length, applications: made.length + others.length + fleet.silent.length, clusters: clustersOf(made, others, fleet) },
    exact: others.every(({ diffs: found, mended }) => found !== undefined && (found.length === 0 || mended)),
    since: { revision: commit, namespaces: [...new Set(made.flatMap(({ good: { objects }, build }) => namespacesOf(objects, build.application)))] },
  };
}

function clustersOf(made: readonly Made[], others: readonly { readonly cluster: string }[], { silent }: Pick<FleetRoots, 'silent'>): number {
  return new Set([...made.map(({ build }) => build.cluster), ...others.map(({ cluster }) => cluster), ...silent]).size;
}

interface Effect {
  readonly cluster: string;
  /** Undefined: it cannot be rendered with the edit either, or could not be in the last good state, so that nobody can tell. */
  readonly diffs: readonly ObjectDiff[] | undefined;
  /** The base broke it as well, and the edit mends it. */
  readonly mended: boolean;
}

/** What the edit does to another application that includes the file: nothing, or it mends that one, too. */
async function effectOn({ layouts }: StageDeps, { cluster, application }: FleetRoot, { head, edits, good, origin }: Pick<Asked, 'head' | 'edits'> & { readonly good: Tree; readonly origin: SourceOrigin }): Promise<Effect> {
  const before = await stateAt(layouts, application, head);
  const after = await stateAt(layouts, application, withEdits(head, edits));
  if (!isBroken(before)) {
    if (isBroken(after)) throw new PermanentError('WouldNotRender', `with the edit ${renderRef(application.ref)} of ${cluster} could not be rendered any more: ${after.failed}`);
    return { cluster, diffs: withoutCarriers(against(before, after, application).diffs, origin), mended: false };
  }
  const earlier = await stateAt(layouts, application, good);
  if (isBroken(after) || isBroken(earlier)) return { cluster, diffs: undefined, mended: false };
  const { diffs, lost } = against(earlier, after, application);
  return lost.length > 0 ? { cluster, diffs: undefined, mended: false } : { cluster, diffs, mended: true };
}

function changeOf({ file, document, path, before, after }: Place): Plan['changes'][number] {
  const where = placeName({ document, path });
  const shown = (value: unknown) => shownValue(where, value);
  return { file, path: where, ...(after === undefined ? {} : { before: shown(after) }), ...(before === undefined ? {} : { after: shown(before) }) };
}

/** How a plan calls a place of a file. */
export function placeName({ document, path }: Pick<Place, 'document' | 'path'>): string {
  return (document === undefined ? `line ${path[0] ?? ''}` : path.join('/')).slice(0, 512);
}
