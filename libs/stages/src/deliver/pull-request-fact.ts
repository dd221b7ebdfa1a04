import { renderTime } from '@fleetmend/kernel';
import { guards, type View } from '@fleetmend/lifecycle';
import type { PullRequest } from '@fleetmend/model';
import type { Forge, PullRequestState } from '@fleetmend/plugin-api';
import type { Facts } from '../stage.ts';
import { approvalChannel, neededChannel } from './approval-channel.ts';

/** A pull request as it was read, where, and for which request. */
export interface Seen {
  readonly state: PullRequestState;
  readonly view: View;
  readonly forge: Pick<Forge, 'capabilities'>;
}

/** What a forge says of a pull request, as the fact that is kept. `readAt` moves only when something else did. */
export function toFact({ state, view, forge }: Seen, more: Partial<PullRequest> = {}, known: PullRequest | undefined = view.request.status.pullRequest): PullRequest {
  const same = known?.branch === state.branch ? known : undefined;
  return {
    url: state.url,
    number: state.number,
    branch: state.branch,
    headSHA: state.headSHA,
    state: state.state,
    ...(state.closedBy === undefined ? (state.state === 'Closed' ? { closedBy: 'Unknown' as const } : {}) : { closedBy: state.closedBy.kind }),
    touched: isTouched(state, view, same),
    conflict: state.state === 'Open' && state.mergeable === false,
    approvals: approvals(state),
    ...(forge.capabilities.checks && state.state === 'Open' ? { checks: state.checks } : {}),
    mayMerge: mayMerge({ state, view, forge }),
    ...(same?.commented ? { commented: true } : {}),
    ...(state.mergeSHA === undefined ? {} : { mergeSHA: state.mergeSHA }),
    openedAt: same?.openedAt ?? renderTime(view.now),
    ...more,
  };
}

/** The facts of a pull request that was opened, or found after a crash: from now on it counts for the hourly budget. */
export function deliveredFact(seen: Seen): Facts {
  const { view } = seen;
  const pullRequest = toFact(seen);
  return { pullRequest, ...neededChannel(seen), opened: [...(view.request.status.opened ?? []), pullRequest.openedAt].slice(-10) };
}

/**
 * A commit on our branch by anyone but us, a base that is not the one we asked for, or a head that moved: we push one commit,
 * once. Forges tell authors by e-mail address, which anybody can write into a commit; the head cannot be made up.
 */
function isTouched(state: PullRequestState, view: View, known: PullRequest | undefined): boolean {
  const base = view.request.status.plan?.source.branch;
  const moved = state.state === 'Open' && known?.headSHA !== undefined && (known.headSHA !== state.headSHA || known.touched);
  return moved || state.commits.some((commit) => !commit.byUs) || (base !== undefined && state.base !== base);
}

/** People who approved this very head and did not take it back. */
function approvals(state: PullRequestState): number {
  const latest = new Map(state.reviews.filter((review) => review.headSHA === state.headSHA && review.state !== 'Commented').map((review) => [review.author, review.state]));
  return [...latest.values()].filter((review) => review === 'Approved').length;
}

/**
 * The hub merges only in mode AutoMerge: T0 by itself, T1 once a human approved through the one channel of the request, T2
 * never, and nothing while a review asks for changes or a check has not passed. Whether checks had the time to appear is for
 * the lifecycle to say.
 */
function mayMerge({ state, view, forge }: Seen): boolean {
  const { verdict, plan, phase } = view.request.status;
  if (state.state !== 'Open' || view.policy.mode !== 'AutoMerge' || plan === undefined || verdict === undefined) return false;
  const critical = view.policy.criticalNamespaces.includes(view.request.spec.target?.namespace ?? '');
  // The tier of a revert is that of the repair it takes back.
  const tier = phase === 'Reverting' ? plan.tier : verdict.tier;
  // A comment takes nothing back: an objection stands until its author approves.
  const latest = new Map(state.reviews.filter((review) => review.state !== 'Commented').map((review) => [review.author, review.state]));
  // A no is final, through whichever channel it came.
  if (critical || guards.rejected(view) || [...latest.values()].includes('ChangesRequested')) return false;
  if (state.mergeable !== true || state.checks === 'Failing' || state.checks === 'Pending') return false;
  if (tier === 'T0') return true;
  if (tier !== 'T1') return false;
  // An object is a yes to the plan, and none to taking it back.
  return approvalChannel(view, forge) === 'Review' ? approvals(state) > 0 : phase !== 'Reverting' && guards.approved(view);
}

/** The same in all that matters; the time of a reading does not. */
export function samePullRequest(a: PullRequest | undefined, b: PullRequest): boolean {
  if (a === undefined) return false;
  const strip = ({ readAt: _, ...rest }: PullRequest) => JSON.stringify(Object.entries(rest).sort(([x], [y]) => (x < y ? -1 : 1)));
  return strip(a) === strip(b);
}
