import { expect, it } from 'vitest';
import type { View } from '@fleetmend/lifecycle';
import type { PullRequestState } from '@fleetmend/plugin-api';
import { toFact } from './pull-request-fact.ts';

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
const known = toFact(open, view, {}, undefined);

it('may be merged while it is as we pushed it', () => {
  expect(toFact(open, view, {}, known)).toMatchObject({ touched: false, mayMerge: true });
});

it('is touched once its head moved, also by a commit that carries our name, and stays so', () => {
  const pushed = 'b'.repeat(40);
  const forged: PullRequestState = { ...open, headSHA: pushed, commits: [...open.commits, { sha: pushed, message: '', byUs: true }] };
  const after = toFact(forged, view, {}, known);
  expect(after.touched).toBe(true);
  expect(toFact(forged, view, {}, after).touched).toBe(true);
});

it('is not touched by a merge, after which forges show other heads', () => {
  expect(toFact({ ...open, state: 'Merged', headSHA: '' }, view, {}, known).touched).toBe(false);
});

it('is not merged over an objection, whatever its author said later but yes', () => {
  const said = (...states: readonly ('Approved' | 'ChangesRequested' | 'Commented')[]) => toFact({ ...open, reviews: states.map((state) => ({ author: 'ada', state, headSHA: HEAD })) }, view, {}, known).mayMerge;
  expect(said('ChangesRequested')).toBe(false);
  expect(said('ChangesRequested', 'Commented')).toBe(false);
  expect(said('ChangesRequested', 'Approved')).toBe(true);
});

const PLAN = `sha256:${'1'.repeat(64)}`;
const judged = (tier: string, ...decisions: readonly ('Approve' | 'Reject')[]): View =>
  ({ ...view, approvals: decisions.map((decision) => ({ planDigest: PLAN, decision, approver: 'ada' })), request: { ...view.request, status: { ...view.request.status, plan: { digest: PLAN, source: { branch: 'main' } }, verdict: { tier } } } }) as unknown as View;
const mayMerge = (state: PullRequestState, of: View) => toFact(state, of, {}, known).mayMerge;
const approvedAt = (headSHA: string): PullRequestState => ({ ...open, reviews: [{ author: 'ada', state: 'Approved', headSHA }] });

it.each([
  ['nobody said yes', open, judged('T1'), false],
  ['a review approved this head', approvedAt(HEAD), judged('T1'), true],
  ['a review approved an earlier head', approvedAt('b'.repeat(40)), judged('T1'), false],
  ['a RemediationApproval approved this plan', open, judged('T1', 'Approve'), true],
  ['an approved plan needs two people', approvedAt(HEAD), judged('T2', 'Approve'), false],
] as const)('tells for T1 and T2 whether the hub may merge: %s', (_name, state, of, may) => {
  expect(mayMerge(state, of)).toBe(may);
});

it('is not merged over a RemediationApproval that rejects it, whatever the forge says', () => {
  expect(mayMerge(open, judged('T0'))).toBe(true);
  expect(mayMerge(open, judged('T0', 'Reject'))).toBe(false);
  expect(mayMerge(approvedAt(HEAD), judged('T1', 'Reject'))).toBe(false);
});
