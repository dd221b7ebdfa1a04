import { isPermanent } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { Action, objectNamed, objectOf, type KubeObject, type ObjectRef, type Plan, type PullRequest } from '@fleetmend/model';
import type { Repository } from '@fleetmend/ports';
import { readPointer } from '../propose/field.ts';
import { textOf } from '../propose/shown-value.ts';
import { findApplication, leadCluster, locate, objectIn, readTarget, targetOf } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';
import { shownPlace } from '../unrendered/place-value.ts';
import { isSourceRestore } from '../unrendered/prove-restore.ts';

interface Question {
  readonly repository: Repository;
  readonly plan: Plan;
  readonly revision: string;
  /** What counts as ours: the plan's own values, or whatever the merge commit left (an edited merge is still ours). */
  readonly ours: 'plan' | { readonly mergeSHA: string };
}

/**
 * What a revision holds at the planned fields: `Before` (as it was), `Ours`, or `Other`. Undefined: it cannot be told,
 * because the target is not live or the file cannot be found there.
 */
export async function readBaseValue(deps: StageDeps, view: View, { repository, plan, revision, ours }: Question): Promise<PullRequest['baseValue']> {
  const now = await valuesAt(deps, view, repository, revision, plan);
  if (now === undefined) return undefined;
  const before = plan.changes.map((change) => change.before);
  const wanted = ours === 'plan' ? plan.changes.map((change) => change.after) : await valuesAt(deps, view, repository, ours.mergeSHA, plan);
  if (same(now, wanted)) return 'Ours';
  return same(now, before) ? 'Before' : 'Other';
}

function same(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((value, index) => value === b[index]);
}

/** The planned fields as a revision renders them, as text. Undefined: the target is not live, or no binding names the repository any more. */
export async function valuesAt(deps: StageDeps, view: View, repository: Repository, revision: string, plan: Plan): Promise<readonly (string | undefined)[] | undefined> {
  const action = Action.parse(JSON.parse(plan.actionJson));
  if (isSourceRestore(action)) return [await shownPlace(repository, revision, action)];
  const cluster = leadCluster(view.request);
  const live = await readTarget(deps, cluster, targetOf(view.request));
  if (live === undefined) return undefined;
  const bindings = await deps.settings.bindings();
  const binding = bindings.find(({ spec }) => spec.forgeRef === plan.source.forge && spec.repository === plan.source.repository && spec.branch === plan.source.branch);
  if (binding === undefined) return undefined;
  const application = (await findApplication(deps, cluster, live))?.application;
  const tree = await repository.tree(revision);
  const ref = objectOf(action);
  const object = await renderedAt(deps, { cluster, live, binding: binding.spec, tree, application }, ref);
  return plan.changes.map((change) => {
    const value = object === undefined ? undefined : readPointer(object, `/${change.path}`);
    return value === undefined ? undefined : textOf(value).slice(0, 256);
  });
}

/** The changed object as a revision renders it; undefined when that revision has no safe place for it any more. */
async function renderedAt(deps: StageDeps, input: Parameters<typeof locate>[1], other: ObjectRef | undefined): Promise<KubeObject | undefined> {
  try {
    const { layout, origin } = await locate(deps.layouts, input);
    return objectIn(await layout.render({ origin, tree: input.tree }), other === undefined ? input.live : objectNamed(other));
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}
