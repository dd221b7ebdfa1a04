import { expect, it } from 'vitest';
import type { View } from '@fleetmend/lifecycle';
import type { PullRequestState } from '@fleetmend/plugin-api';
import { toFact } from './pull-request-fact.ts';

const HEAD = 'a'.repeat(40);
const view = {
  now: 0,
  policy: { mode: 'AutoMerge', criticalNamespaces: [] },
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
