import type { Phase } from '@fleetmend/model';
import type { StateFolder } from './state-folder.ts';

export interface KillPoint {
  readonly name: string;
  /** It has come to this, or past it: a point may be hit late, never missed. */
  readonly reached: (state: StateFolder, told: string) => boolean;
  /** Milliseconds from there to the kill: into what begins there. */
  readonly later?: number;
}

const audits = (phase: Phase) => (state: StateFolder): boolean => state.audited(phase);
const tells = (text: string) => (_state: StateFolder, told: string): boolean => told.includes(text);

/** Over the whole demo, in its order: by what has happened and not by the clock, so that a slow machine kills at the same places. */
export const killPoints: readonly KillPoint[] = [
  { name: 'the repository is being made', reached: (state) => state.repositoryBegun() },
  { name: 'the fleet is in the repository', reached: (state) => state.has('first commit') },
  { name: 'the API is served', reached: (state) => state.has('kubeconfig') },
  { name: 'the hub is up', reached: tells('kubectl get rr') },
  { name: 'the agent has found the failure', reached: (state) => state.agentKnows('OOMKilled') },
  { name: 'a request exists', reached: tells('Deployment/shop/checkout in prod-1') },
  { name: 'diagnosing', reached: audits('Diagnosing') },
  { name: 'planned', reached: audits('Proposed') },
  { name: 'delivering', reached: audits('Delivering') },
  { name: 'delivering, a moment later', reached: audits('Delivering'), later: 40 },
  { name: 'the branch is pushed', reached: (state) => state.branches().length > 0 },
  { name: 'the forge has the pull request', reached: (state) => state.pullRequests().length > 0 },
  { name: 'the ledger has the pull request', reached: audits('PullRequestOpen') },
  { name: 'the pull request is open, a moment later', reached: audits('PullRequestOpen'), later: 40 },
  { name: 'the merge is noted', reached: (state) => state.merges() > 0 },
  { name: 'the forge has merged', reached: (state) => state.pullRequests().some((pullRequest) => pullRequest.state === 'Merged') },
  { name: 'the ledger knows of the merge', reached: audits('Merged') },
  { name: 'the new limit is live', reached: tells('applied') },
  { name: 'it is healthy', reached: tells('healthy in prod-1') },
  { name: 'it has succeeded', reached: audits('Succeeded') },
];
