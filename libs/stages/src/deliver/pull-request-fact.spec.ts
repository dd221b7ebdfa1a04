import { expect, it } from 'vitest';
import type { View } from '@fleetmend/lifecycle';
import type { Forge, PullRequestState } from '@fleetmend/plugin-api';
import { deliveredFact, toFact } from './pull-request-fact.ts';

const HEAD = 'a'.repeat(40);
const view = {
  now: 0,
  policy: { mode: 'AutoMerge', criticalNamespaces: [] },
  approvals: [],
  request: { spec: {}, status: { phase: 'PullRequestOpen', plan: { source: { branch: 'main' } }, verdict: { tier: 'T0' } } },
} as unknown as View;
const open: PullRequestState = {
  number: 1,
  url: 'forge/1',
  branch: 'fleetmend/x',
  base: 'main',
  body: '',
  headSHA: HEAD,
  state: 'Open',
  closedBy: undefined,
  mergeSHA: undefined,
  mergeable: true,
  commits: [{ sha: HEAD, message: '', byUs: true }],
  reviews: [],
  checks: 'None',
};
/** A forge that tells of reviews, and of checks if asked to. */
const aForge = (capabilities: Partial<Forge['capabilities']> = {}) => ({ capabilities: { signsCommits: false, reviews: true, checks: false, ...capabilities } });
const forge = aForge();
const known = toFact({ state: open, view, forge }, {}, undefined);

it('may be merged while it is as we pushed it', () => {
  expect(toFact({ state: open, view, forge }, {}, known)).toMatchObject({ touched: false, mayMerge: true });
});

it('is touched once its head moved, also by a commit that carries our name, and stays so', () => {
  const pushed = 'b'.repeat(40);
  const forged: PullRequestState = { ...open, headSHA: pushed, commits: [...open.commits, { sha: pushed, message: '', byUs: true }] };
  const after = toFact({ state: forged, view, forge }, {}, known);
  expect(after.touched).toBe(true);
  expect(toFact({ state: forged, view, forge }, {}, after).touched).toBe(true);
});

it('is not touched by a merge, after which forges show other heads', () => {
  expect(toFact({ state: { ...open, state: 'Merged', headSHA: '' }, view, forge }, {}, known).touched).toBe(false);
});

it('is not merged over an objection, whatever its author said later but yes', () => {
  const said = (...states: readonly ('Approved' | 'ChangesRequested' | 'Commented')[]) => toFact({ state: { ...open, reviews: states.map((state) => ({ author: 'ada', state, headSHA: HEAD })) }, view, forge }, {}, known).mayMerge;
  expect(said('ChangesRequested')).toBe(false);
  expect(said('ChangesRequested', 'Commented')).toBe(false);
  expect(said('ChangesRequested', 'Approved')).toBe(true);
});

const PLAN = `sha256:${'1'.repeat(64)}`;
const judged = (tier: string, ...decisions: readonly ('Approve' | 'Reject')[]): View =>
  ({ ...view, approvals: decisions.map((decision) => ({ planDigest: PLAN, decision, approver: 'ada' })), request: { ...view.request, status: { ...view.request.status, plan: { digest: PLAN, source: { branch: 'main' } }, verdict: { tier } } } }) as unknown as View;
const mayMerge = (state: PullRequestState, of: View, at = forge) => toFact({ state, view: of, forge: at }, {}, known).mayMerge;
const recorded = (of: View, approvalChannel: 'Review' | 'Object'): View => ({ ...of, request: { ...of.request, status: { ...of.request.status, approvalChannel } } });
const withoutReviews = aForge({ reviews: false });
const approvedAt = (headSHA: string): PullRequestState => ({ ...open, reviews: [{ author: 'ada', state: 'Approved', headSHA }] });

it.each([
  ['nobody said yes', open, judged('T1'), false],
  ['a review approved this head', approvedAt(HEAD), judged('T1'), true],
  ['a review approved an earlier head', approvedAt('b'.repeat(40)), judged('T1'), false],
  ['an approved plan needs two people', approvedAt(HEAD), judged('T2', 'Approve'), false],
] as const)('tells for T1 and T2 whether the hub may merge: %s', (_name, state, of, may) => {
  expect(mayMerge(state, of)).toBe(may);
});

it.each([
  ['a RemediationApproval is no yes where the forge tells of reviews', open, judged('T1', 'Approve'), forge, false],
  ['a RemediationApproval is the yes where it does not', open, judged('T1', 'Approve'), withoutReviews, true],
  ['a review is no yes where the forge does not vouch for it', approvedAt(HEAD), judged('T1'), withoutReviews, false],
  ['a request that asked for objects keeps to them', approvedAt(HEAD), recorded(judged('T1'), 'Object'), forge, false],
  ['and merges on one', open, recorded(judged('T1', 'Approve'), 'Object'), forge, true],
  ['a request that asked for reviews keeps to them', open, recorded(judged('T1', 'Approve'), 'Review'), withoutReviews, false],
] as const)('takes the one yes of T1 from one channel: %s', (_name, state, of, at, may) => {
  expect(mayMerge(state, of, at)).toBe(may);
});

it('records the channel when a yes is first needed, and only then', () => {
  const delivered = (of: View, at = forge) => deliveredFact({ state: open, view: of, forge: at }).approvalChannel;
  expect(delivered(judged('T0'))).toBeUndefined();
  expect(delivered(judged('T1'))).toBe('Review');
  expect(delivered(judged('T2'), withoutReviews)).toBe('Object');
  expect(delivered(recorded(judged('T1'), 'Object'))).toBeUndefined();
});

it('keeps what the forge says of checks, if it has any, so that nothing is merged before they had the time to appear', () => {
  expect(known).not.toHaveProperty('checks');
  expect(toFact({ state: open, view, forge: aForge({ checks: true }) }, {}, undefined)).toMatchObject({ checks: 'None', openedAt: '1970-01-01T00:00:00Z', mayMerge: true });
});

it('is not merged over a RemediationApproval that rejects it, whatever the forge says', () => {
  expect(mayMerge(open, judged('T0'))).toBe(true);
  expect(mayMerge(open, judged('T0', 'Reject'))).toBe(false);
  expect(mayMerge(approvedAt(HEAD), judged('T1', 'Reject'))).toBe(false);
});

it('is not merged over a review that objects, whichever channel the yes came through', () => {
  const objected: PullRequestState = { ...open, reviews: [{ author: 'ben', state: 'ChangesRequested', headSHA: HEAD }] };
  expect(mayMerge(objected, judged('T1', 'Approve'), withoutReviews)).toBe(false);
});
