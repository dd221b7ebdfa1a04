import type { View } from '@fleetmend/lifecycle';
import type { PullRequestState } from '@fleetmend/plugin-api';

/** A named yes to exactly what is merged: a review of this head on the forge, or an approval of this plan in the hub cluster. */
export interface Approver {
  readonly name: string;
  readonly through: 'forge' | 'cluster';
  /** The head or the plan that the yes was given to. */
  readonly to: string;
}

export function approversOf(state: Pick<PullRequestState, 'reviews' | 'headSHA'>, { request, approvals }: Pick<View, 'request' | 'approvals'>): readonly Approver[] {
  // A later word of the same person takes an earlier one back; a comment takes nothing back.
  const latest = new Map(state.reviews.filter(({ state: said }) => said !== 'Commented').map((review) => [review.author, review]));
  const reviewers = [...latest.values()].filter((review) => review.state === 'Approved' && review.headSHA === state.headSHA).map(({ author }) => ({ name: author, through: 'forge' as const, to: state.headSHA }));
  const plan = request.status.plan?.digest;
  const named = approvals.filter(({ decision, planDigest }) => decision === 'Approve' && planDigest === plan).map(({ approver, planDigest }) => ({ name: approver, through: 'cluster' as const, to: planDigest }));
  return [...reviewers, ...named];
}
