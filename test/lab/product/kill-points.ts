import { phaseIn, type Glimpse } from './state-folder.ts';

export interface KillPoint {
  readonly name: string;
  /** It has come to this, or past it: a point may be hit late, never missed. */
  readonly reached: (seen: Glimpse, told: string) => boolean;
  /** Milliseconds from there to the kill: into what begins there. */
  readonly later?: number;
}

const ORDER = ['None', 'Detected', 'Diagnosing', 'Proposed', 'Delivering', 'PullRequestOpen', 'Merged', 'Verifying', 'Succeeded'] as const;
type Step = (typeof ORDER)[number];

const rank = (phase: string): number => ORDER.indexOf(phase as Step);
const phase = (wanted: Step) => (seen: Glimpse): boolean => rank(phaseIn(seen)) >= rank(wanted);
const tells = (text: string) => (_seen: Glimpse, told: string): boolean => told.includes(text);

/** Over the whole demo, in its order: by what has happened and not by the clock, so that a slow machine kills at the same places. */
export const killPoints: readonly KillPoint[] = [
  { name: 'the repository is made', reached: ({ has }) => has.repository },
  { name: 'the fleet is in the repository', reached: ({ has }) => has.firstCommit },
  { name: 'the API is served', reached: ({ has }) => has.kubeconfig },
  { name: 'the hub is up', reached: tells('kubectl get rr') },
  { name: 'a container is killed for memory', reached: ({ killedForMemory }) => killedForMemory },
  { name: 'a request exists', reached: phase('Detected') },
  { name: 'diagnosing', reached: phase('Diagnosing') },
  { name: 'planned', reached: phase('Proposed') },
  { name: 'delivering', reached: phase('Delivering') },
  { name: 'delivering, a moment later', reached: phase('Delivering'), later: 40 },
  { name: 'the branch is pushed', reached: ({ branches, pullRequests }) => branches.length + pullRequests.length > 0 },
  { name: 'the forge has the pull request', reached: ({ pullRequests }) => pullRequests.length > 0 },
  { name: 'the ledger has the pull request', reached: phase('PullRequestOpen') },
  { name: 'the pull request is open, a moment later', reached: phase('PullRequestOpen'), later: 40 },
  { name: 'the merge is noted', reached: ({ merges }) => merges > 0 },
  { name: 'the forge has merged', reached: ({ pullRequests }) => pullRequests.some(({ state }) => state === 'Merged') },
  { name: 'the ledger knows of the merge', reached: phase('Merged') },
  { name: 'the new limit is live', reached: ({ limit }) => limit === '128Mi' },
  { name: 'it is healthy', reached: tells('healthy in prod-1') },
  { name: 'it has succeeded', reached: phase('Succeeded') },
];
