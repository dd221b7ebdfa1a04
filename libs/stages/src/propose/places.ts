import { PermanentError, canonicalJson } from '@fleetmend/kernel';
import { structuralDiff, valueAt } from '@fleetmend/manifest';
import { refOf, renderRef, sameRef, type Action, type FileEdit, type IntendedChange, type KubeObject, type ObjectDiff, type RemediationRequest } from '@fleetmend/model';
import { renderPlace, withEdits, type Tree } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { sourceOfChange } from './changed-object.ts';
import { renderPath } from './field.ts';
import { intendedChange, type InGit } from './intended-change.ts';
import { withoutCarriers } from './other-differences.ts';
import { shownValue } from './shown-value.ts';
import { findSource, locate, objectIn, targetOf, type Source } from './source.ts';
import { earlierValue } from './versions.ts';

/** Where one cluster of a request has the object that is to be changed, and what the action means there. */
export interface Place {
  readonly source: Source;
  readonly change: IntendedChange;
  /** The object as the base renders it for this cluster. */
  readonly base: KubeObject;
}

interface Lead {
  readonly source: Source;
  readonly tree: Tree;
  readonly action: Action;
}

/**
 * The places of all clusters of a request, the given one first.
 * @throws PermanentError `ClustersDiffer` naming the cluster in which the action would mean something else, or nothing.
 */
export async function placesOf(deps: StageDeps, request: RemediationRequest, { source, tree, action }: Lead): Promise<readonly [Place, ...Place[]]> {
  const own = await placeIn(request, source, { tree, action });
  const others: Place[] = [];
  for (const cluster of request.spec.clusters) {
    if (cluster === source.cluster) continue;
    const place = await placeIn(request, await sourceIn(deps, request, { source, tree, action }, cluster), { tree, action });
    demandAlike(action, own, place);
    others.push(place);
  }
  return [own, ...others];
}

async function placeIn(request: RemediationRequest, source: Source, { tree, action }: Pick<Lead, 'tree' | 'action'>): Promise<Place> {
  const base = objectIn(await source.layout.render({ origin: source.origin, tree }), source.target);
  if (base === undefined) throw new PermanentError('WrongLayer', `${renderRef(refOf(source.target))} is not among what ${renderPlace(source.origin.root) || '/'} renders to for ${source.cluster}: the file was not found for sure`);
  // An image that cannot be pulled runs nowhere: where one place says it for several workloads, it is mended for all of them.
  const change = { ...(await intendedChange(action, source.target, inGit(source, base))), everywhere: request.spec.failure.class === 'ImagePullBackOff' };
  return { source, change, base };
}

function inGit(source: Source, base: KubeObject): InGit {
  return { earlier: (path, commit) => earlierValue(source, path, commit), rendered: async () => base };
}

/** Where another cluster has the same object from, at the same revision of the same branch. */
async function sourceIn(deps: StageDeps, request: RemediationRequest, { source, tree, action }: Lead, cluster: string): Promise<Source> {
  const found = await findSource(deps, request, cluster);
  if (found === undefined) throw new PermanentError('ClustersDiffer', `${renderRef(targetOf(request))} does not exist in ${cluster} any more: it needs a request without that cluster`);
  const { spec } = found.binding;
  const { spec: own } = source.binding;
  if (spec.forgeRef !== own.forgeRef || spec.repository !== own.repository || spec.branch !== own.branch) throw new PermanentError('ClustersDiffer', `${cluster} takes ${renderRef(targetOf(request))} from ${spec.repository}@${spec.branch}, and ${source.cluster} from ${own.repository}@${own.branch}: one pull request cannot change both`);
  const located = found.head === tree.revision ? {} : await locate(deps.layouts, { cluster, live: found.target, binding: spec, tree, application: found.application });
  return sourceOfChange(deps, { ...found, ...located, head: tree.revision }, action);
}

/** Only what goes back to a commit may differ between clusters: each goes back to what it was itself. */
function demandAlike(action: Action, own: Place, other: Place): void {
  if (action.action === 'restoreField') return;
  for (const { path } of own.change.fields) {
    const [here, there] = [valueAt(own.base, path), valueAt(other.base, path)];
    if (canonicalJson(here ?? null) === canonicalJson(there ?? null)) continue;
    throw new PermanentError('ClustersDiffer', `${renderPath(path)} is ${shownValue(renderPath(path), here)} in ${own.source.cluster} and ${shownValue(renderPath(path), there)} in ${other.source.cluster}: one value does not fit both`);
  }
}

/** What edits change in what a cluster has from the place, apart from what only carries the change. */
export async function differencesAt({ source: { layout, origin } }: Place, tree: Tree, edits: readonly FileEdit[]): Promise<readonly ObjectDiff[]> {
  return withoutCarriers(structuralDiff(await layout.render({ origin, tree }), await layout.render({ origin, tree: withEdits(tree, edits) })), origin);
}

/** Whether edits change the place's object at all. */
export async function showsChange(place: Place, tree: Tree, edits: readonly FileEdit[]): Promise<boolean> {
  return (await differencesAt(place, tree, edits)).some(({ ref }) => sameRef({ ...ref, namespace: ref.namespace ?? place.change.object.namespace }, place.change.object));
}
