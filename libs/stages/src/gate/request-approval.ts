import { renderTime } from '@fleetmend/kernel';
import { rebuildEdits } from '../propose/propose.ts';
import type { Stage, StageDeps } from '../stage.ts';

/** Says that a human's leave is wanted, and notices when the base moves while everyone waits. Noun: `Approval`. */
export function requestApproval(deps: StageDeps): Stage {
  return async (view) => {
    const { plan, approval, approvalChannel } = view.request.status;
    if (plan === undefined) return { notYet: deps.pace.poll, reason: 'there is no plan to approve' };
    const { source, edits } = await rebuildEdits(deps, view, plan);
    const tree = await source.repository.tree(await source.repository.head(source.binding.spec.branch));
    const same = await Promise.all(edits.map(async (edit) => (await tree.read(edit.path)) === edit.before));
    const baseMoved = same.includes(false);
    if (approvalChannel === 'Object' && approval?.forPlan === plan.digest && (approval.baseMoved ?? false) === baseMoved) return { notYet: deps.pace.pollSlow, reason: 'waits for an approval' };
    // Before there is a pull request, nobody can review it.
    return { fact: { approvalChannel: 'Object', approval: { state: 'Wanted', forPlan: plan.digest, ...(baseMoved ? { baseMoved } : {}), at: renderTime(view.now) } } };
  };
}
