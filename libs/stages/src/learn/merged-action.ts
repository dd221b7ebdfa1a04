import { isPermanent } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { Action, type Plan } from '@fleetmend/model';
import { openRepository } from '../propose/source.ts';
import type { StageDeps } from '../stage.ts';
import { valuesAt } from '../verify/base-value.ts';

/** The action as it stands in Git: the plan's own, or what a human made of it before the merge. Undefined: that cannot be told. */
export async function mergedAction(deps: StageDeps, view: View): Promise<Action | undefined> {
  const { plan, pullRequest } = view.request.status;
  if (plan === undefined) return undefined;
  const planned = Action.parse(JSON.parse(plan.actionJson));
  if (pullRequest?.touched !== true) return planned;
  if (pullRequest.mergeSHA === undefined) return undefined;
  try {
    const { repository } = await openRepository(deps, { forgeRef: plan.source.forge, repository: plan.source.repository });
    const values = await valuesAt(deps, view, repository, pullRequest.mergeSHA, plan);
    return values && withValues(planned, plan, values);
  } catch (error) {
    // Whether the repository can be read any more must not keep the outcome from being remembered.
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

/** The action with the values that were merged in place of its own. */
export function withValues(action: Action, plan: Pick<Plan, 'changes'>, values: readonly (string | undefined)[]): Action | undefined {
  const read = Action.safeParse(edited(action, plan, values));
  return read.success ? read.data : undefined;
}

function edited(action: Action, { changes }: Pick<Plan, 'changes'>, values: readonly (string | undefined)[]): unknown {
  const [first] = values;
  switch (action.action) {
    case 'setResources': {
      const merged: Record<string, unknown> = { action: action.action, container: action.container };
      for (const [index, { path }] of changes.entries()) {
        const [list = '', resource = ''] = path.split('/').slice(-2);
        merged[list] = { ...(merged[list] as object | undefined), [resource]: values[index] };
      }
      return merged;
    }
    case 'setImage':
      return { ...action, image: first };
    case 'setReplicas':
      return { ...action, replicas: Number(first) };
    default:
      return undefined;
  }
}
