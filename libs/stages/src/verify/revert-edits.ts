import { PermanentError } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { Action, refOf, type FieldChange, type FileEdit, type KubeObject, type Plan } from '@fleetmend/model';
import { together, withEdits, type Tree } from '@fleetmend/ports';
import { sourceOfChange } from '../propose/changed-object.ts';
import { readPointer, segmentsOf } from '../propose/field.ts';
import { editableBy, findSource, locate, objectIn, type Source } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';

/** The edit that puts every planned field back to what it was, in every cluster of the request, on top of our merge commit. */
export async function revertEdits(deps: StageDeps, view: View, plan: Plan): Promise<{ source: Source; edits: readonly FileEdit[]; action: Action; before: readonly KubeObject[]; after: readonly KubeObject[] }> {
  if (plan.proof.since !== undefined) throw new PermanentError('NothingToRevert', `before the merge the base could not be rendered at all: putting that back would undo nothing in the cluster; look at what commits after ${plan.proof.since.slice(0, 8)} brought`);
  const merge = view.request.status.pullRequest?.mergeSHA;
  const found = await findSource(deps, view.request);
  if (merge === undefined || found === undefined) throw new PermanentError('NothingToRevert', 'the merge commit or the target is gone: there is nothing to put back');
  const [base, tree] = await Promise.all([found.repository.tree(plan.base), found.repository.tree(merge)]);
  const action = Action.parse(JSON.parse(plan.actionJson));
  const own = await editBack(deps, found, { plan, action, base, merge, tree });
  let edits = own.edits;
  for (const cluster of view.request.spec.clusters) {
    const other = cluster === found.cluster ? undefined : await findSource(deps, view.request, cluster);
    if (other !== undefined) edits = together(edits, (await editBack(deps, other, { plan, action, base, merge, tree: withEdits(tree, edits) })).edits);
  }
  const { layout, origin } = own.source;
  return { source: own.source, edits, action, before: await layout.render({ origin, tree }), after: await layout.render({ origin, tree: withEdits(tree, edits) }) };
}

interface Back {
  readonly plan: Plan;
  readonly action: Action;
  readonly base: Tree;
  readonly merge: string;
  /** The merge commit, and what was put back already for other clusters. */
  readonly tree: Tree;
}

/** The edit for one cluster; none where another cluster's has put it back there, too. */
async function editBack(deps: StageDeps, found: Source, { plan, action, base, merge, tree }: Back): Promise<{ readonly source: Source; readonly edits: readonly FileEdit[] }> {
  const input = { cluster: found.cluster, live: found.target, binding: found.binding.spec, application: found.application };
  const earlier = await locate(deps.layouts, { ...input, tree: base });
  const source = { ...found, ...(await locate(deps.layouts, { ...input, tree })), head: merge };
  const { target: changed, layout, origin } = await sourceOfChange(deps, source, action);
  const original = objectIn(await earlier.layout.render({ origin: earlier.origin, tree: base }), changed);
  const fields = fieldsBack(original, plan.changes.map(({ path }) => `/${path}`));
  return { source, edits: await layout.edit({ origin, change: { object: refOf(changed), fields }, tree, isEditable: editableBy(found.binding), staysInside: async () => true }) };
}

/**
 * What each place was. Of what was not there at all, the whole goes, once: an item of a list without its fields would be no manifest.
 */
export function fieldsBack(original: KubeObject | undefined, pointers: readonly string[]): readonly FieldChange[] {
  const fields = new Map<string, FieldChange>();
  for (const pointer of pointers) {
    const path = segmentsOf(pointer);
    const end = path.findIndex((_, index) => readPointer(original, rendered(path.slice(0, index + 1))) === undefined);
    const place = end < 0 ? path : path.slice(0, end + 1);
    fields.set(rendered(place), { path: [...place], value: end < 0 ? (readPointer(original, pointer) as FieldChange['value']) : undefined });
  }
  return [...fields.values()];
}

const rendered = (path: readonly string[]): string => path.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
