import { describe, expect, it } from 'vitest';
import type { View } from '@fleetmend/lifecycle';
import type { PullRequestState } from '@fleetmend/plugin-api';
import type { StageDeps } from '../stage.ts';
import { mergePullRequest } from './merge-pull-request.ts';
import { toFact } from './pull-request-fact.ts';

const HEAD = 'a'.repeat(40);
const marker = 'rr:u1';
const open: PullRequestState = {
  number: 1, url: 'forge/1', branch: 'fleetmend/x', base: 'main', body: marker, headSHA: HEAD, state: 'Open', closedBy: undefined, mergeSHA: undefined, mergeable: true,
  commits: [{ sha: HEAD, message: '', byUs: true }], reviews: [], checks: 'None',
};
const judged = { policy: { mode: 'AutoMerge', criticalNamespaces: [] }, approvals: [], now: 0 };
const status = { phase: 'PullRequestOpen', attempt: 1, plan: { source: { branch: 'main', forge: 'main', repository: 'fleet' }, changes: [] }, verdict: { tier: 'T0' } };
const request = { metadata: { namespace: 'shop-team', name: 'rr-1', uid: 'u1' }, spec: {}, status };
const capabilities = { signsCommits: false, reviews: true, checks: true };
const known = toFact({ state: open, view: { ...judged, request } as unknown as View, forge: { capabilities } }, {}, undefined);
const view = { ...judged, request: { ...request, status: { ...status, pullRequest: known } } } as unknown as View;

/** A hub whose audit trail is, or is not, behind; the leave to write to the forge is refused, so that no merge is ever tried. */
function depsWith(behind: string | undefined): StageDeps {
  const forge = { capabilities, readPullRequest: async () => open, remote: async () => ({ url: 'x' }), mergePullRequest: () => Promise.reject(new Error('it must not come to this')) };
  return {
    pace: { poll: 1_000, pollSlow: 5_000, editBudget: { files: 3, lines: 20 } },
    forge: () => forge,
    repositories: { open: async () => ({}) },
    auditBehind: () => behind,
    clock: { now: () => 0, sleep: async () => undefined },
    requests: { get: async () => undefined },
    settings: { policies: async () => [], clusters: async () => [], approvals: async () => ({ trusted: true, approvals: [] }) },
  } as unknown as StageDeps;
}

describe('a merge by the hub itself', () => {
  it('waits while a copy of the audit trail is behind, and says so', async () => {
    const result = await mergePullRequest(depsWith('loki has 3 records to go'))(view, new AbortController().signal);
    expect(result).toEqual({ notYet: 5_000, reason: 'waits for the audit trail to be copied' });
  });

  it('goes on to ask for leave as soon as it is not', async () => {
    const result = await mergePullRequest(depsWith(undefined))(view, new AbortController().signal);
    expect(JSON.stringify(result)).not.toContain('audit trail');
    expect(result).toHaveProperty('notYet');
  });
});
