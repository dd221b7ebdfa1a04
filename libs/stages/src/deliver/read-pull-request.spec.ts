import type { View } from '@fleetmend/lifecycle';
import type { PullRequestState } from '@fleetmend/plugin-api';
import { memoryAudit } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import type { StageDeps } from '../stage.ts';
import { readPullRequest } from './read-pull-request.ts';

const [HEAD, MERGE] = ['a'.repeat(40), 'b'.repeat(40)];
const open: PullRequestState = {
  number: 1, url: 'forge/1', branch: 'fleetmend/x', base: 'main', body: 'rr:u1', headSHA: HEAD, state: 'Open', closedBy: undefined, mergeSHA: undefined, mergeable: true,
  commits: [{ sha: HEAD, message: '', byUs: true }], reviews: [{ author: 'carol', state: 'Approved', headSHA: HEAD }], checks: 'None',
};
const known = { url: 'forge/1', number: 1, branch: 'fleetmend/x', headSHA: HEAD, state: 'Open', touched: false, openedAt: '2026-01-05T09:00:00Z' };

async function look(seen: PullRequestState, state = 'Open') {
  const audit = memoryAudit();
  const status = { phase: 'PullRequestOpen', attempt: 1, plan: { digest: 'sha256:p', source: { branch: 'main', forge: 'main', repository: 'fleet' }, changes: [] }, verdict: { tier: 'T1' }, pullRequest: { ...known, state } };
  const view = { now: 0, policy: { mode: 'Propose', criticalNamespaces: [] }, approvals: [], request: { metadata: { namespace: 'shop-team', name: 'rr-1', uid: 'u1' }, spec: {}, status }, settings: {} } as unknown as View;
  const forge = { readPullRequest: async () => seen, remote: async () => ({ url: 'x' }), capabilities: { signsCommits: false, reviews: true, checks: true } };
  const deps = { audit, pace: { poll: 1_000, pollSlow: 5_000, editBudget: { files: 3, lines: 20 } }, forge: () => forge, repositories: { open: async () => ({}) } } as unknown as StageDeps;
  await readPullRequest(deps)(view, new AbortController().signal);
  return audit.records;
}

it('how a pull request ended, and who approved it, is on record once a person has merged it', async () => {
  expect(await look({ ...open, state: 'Merged', mergeSHA: MERGE })).toMatchObject([
    { step: 'readPullRequest', request: { uid: 'u1' }, data: { plan: 'sha256:p', pullRequest: 'forge/1', state: 'Merged', head: HEAD, merge: MERGE, commits: [{ sha: HEAD, byUs: true }], approvers: [{ name: 'carol', through: 'forge', to: HEAD }] } },
  ]);
});

it('while nothing has ended, or it was on record before, nothing more is', async () => {
  expect(await look(open)).toEqual([]);
  expect(await look({ ...open, state: 'Merged', mergeSHA: MERGE }, 'Merged')).toEqual([]);
});
