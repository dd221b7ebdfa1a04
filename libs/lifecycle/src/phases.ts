import { PHASES, type Phase } from '@fleetmend/model';

/**
 * What each phase means, in a sentence that a person reads in `kubectl describe` and in the docs.
 * Failed = tried, and the answer was no. Escalated = the machine must stop deciding. Dismissed = nothing to do.
 */
export const phases = {
  Detected: { terminal: false, meaning: 'seen, and waiting for leave to start' },
  Inhibited: { terminal: false, meaning: 'another request that explains it, or competes for the same field, goes first' },
  Diagnosing: { terminal: false, meaning: 'looking for the cause and for the smallest edit' },
  Proposed: { terminal: false, meaning: 'an edit is planned and proved; policy judges it' },
  AwaitingApproval: { terminal: false, meaning: 'a human has to agree before anything is proposed' },
  Delivering: { terminal: false, meaning: 'commit and pull request are being made' },
  PullRequestOpen: { terminal: false, meaning: 'the pull request waits for its merge' },
  Merged: { terminal: false, meaning: 'merged; the GitOps engine has to apply it' },
  Verifying: { terminal: false, meaning: 'applied; the symptom has to stay away for the hold' },
  Reverting: { terminal: false, meaning: 'it did harm; a revert is on its way' },
  Succeeded: { terminal: true, meaning: 'repaired, and healthy for the hold' },
  Failed: { terminal: true, meaning: 'tried, and the answer was no' },
  Escalated: { terminal: true, meaning: 'handed to a human; the machine stopped deciding' },
  Dismissed: { terminal: true, meaning: 'nothing to do' },
} as const satisfies Record<Phase, { readonly terminal: boolean; readonly meaning: string }>;

export type LivePhase = { [P in Phase]: (typeof phases)[P]['terminal'] extends false ? P : never }[Phase];
export type TerminalPhase = Exclude<Phase, LivePhase>;

export function isTerminal(phase: Phase): phase is TerminalPhase {
  return phases[phase].terminal;
}

export const LIVE_PHASES: readonly LivePhase[] = PHASES.filter((phase): phase is LivePhase => !isTerminal(phase));

/** The phases in which nothing of ours is visible outside yet. */
export const BEFORE_DELIVERY = ['Detected', 'Inhibited', 'Diagnosing', 'Proposed', 'AwaitingApproval'] as const satisfies readonly LivePhase[];
/** The phases from which another request for the same workload has to stay back. */
const PAST_DELIVERING: readonly Phase[] = ['PullRequestOpen', 'Merged', 'Verifying', 'Reverting'];

export function isPastDelivering(phase: Phase): boolean {
  return PAST_DELIVERING.includes(phase);
}
