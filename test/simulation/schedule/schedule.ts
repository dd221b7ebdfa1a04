import type { Duration } from '@fleetmend/kernel';
import type { Mode, Tier } from '@fleetmend/model';

/** What goes wrong at one call of a port, or with one message. */
export const FAULTS = {
  'crash before': 'the process dies before the call reaches anybody',
  'crash after': 'the process dies after the call took effect, before its answer comes',
  conflict: 'a write is refused with 409',
  'lost answer': 'a write took effect, and its answer is lost',
  refused: 'a call fails without effect',
  slow: 'a read answers what was true ten seconds ago',
  'late write': 'a write to the forge arrives four seconds late',
  'lost event': 'a stored event is never delivered',
  'doubled event': 'an event is delivered twice',
  'late event': 'an event is delivered long after newer ones',
  'lost watch event': 'the watch cache misses a change until it lists again',
  'doubled watch event': 'the watch cache is told of a change twice',
  'stale cache': 'the watch cache learns of a change much later',
} as const;
export type FaultKind = keyof typeof FAULTS;

/** What people, clusters and machines do by themselves. Those with `for` end after that time. */
export const ACTS = [
  'pause', 'freeze', 'switch bundle', 'change mode', 'cancel request', 'cancel while opening', 'delete request', 'delete workload', 'heal', 'worsen', 'flap',
  'push another file', 'push the same file', 'push a fix', 'revert the merge', 'push a third value', 'silence agent', 'restart agent', 'refuse sync', 'crash hub', 'wipe stream',
] as const;
export type ActKind = (typeof ACTS)[number];

export const REVIEWS = ['merge', 'close', 'close and push the value', 'approve', 'ask for changes', 'edit and merge', 'edit and leave', 'close by a bot', 'conflict', 'ignore', 'squat'] as const;
export type ReviewKind = (typeof REVIEWS)[number];

export const APPROVALS = ['approve', 'reject', 'approve another plan', 'approve and reject', 'ignore'] as const;
export type ApprovalKind = (typeof APPROVALS)[number];

/** One thing that may be left out of a schedule without making it another one: what shrinking removes. */
export type Incident =
  | { readonly kind: 'fault'; readonly fault: FaultKind; readonly nth: number }
  | { readonly kind: 'act'; readonly act: ActKind; readonly at: Duration; readonly pick: number; readonly for: Duration }
  /** How a human meets the nth pull request that is opened. */
  | { readonly kind: 'review'; readonly review: ReviewKind; readonly nth: number; readonly delay: Duration }
  /** How a human meets the nth request that waits for an approval. */
  | { readonly kind: 'approval'; readonly approval: ApprovalKind; readonly nth: number; readonly delay: Duration };

export interface WorkloadPlan {
  readonly name: string;
  readonly cluster: string;
  readonly namespace: string;
  /** Memory in Mi: what Git says, what it needs from `failsAt` on, and from which limit on it does harm. */
  readonly limit: number;
  readonly need: number;
  readonly tooMuch: number;
  readonly failsAt: Duration;
  /** It shows two classes of failure at once: two requests for one field. */
  readonly twoSymptoms: boolean;
  readonly confidence: number;
}

export interface Schedule {
  readonly seed: number;
  readonly workloads: readonly WorkloadPlan[];
  readonly mode: Mode;
  readonly priorApproval: readonly Tier[];
  readonly budgets: { readonly openPerRepository: number; readonly openPerNamespace: number };
  /** How far the clock of each hub is off. As many hubs as entries. */
  readonly skews: readonly Duration[];
  /** When each hub starts. */
  readonly starts: readonly Duration[];
  readonly incidents: readonly Incident[];
  /** From here on nothing goes wrong any more. */
  readonly calmAt: Duration;
}
