import type { Instant } from '@fleetmend/kernel';
import type { WatchState } from './watch/watch.ts';

/** A snapshot of how the agent is doing, as plain numbers; whoever serves metrics gives them their names. */
export interface AgentMetrics {
  readonly cluster: string;
  readonly epoch: Instant;
  /** The first complete look has been taken. */
  readonly ready: boolean;
  /** Per watched resource, with the time of the last event or bookmark. */
  readonly watches: readonly WatchState[];
  readonly pods: number;
  readonly findings: { readonly open: number; readonly flapping: number };
  readonly events: { readonly waiting: number; readonly published: number };
  /** Questions answered, by question; refusals apart. */
  readonly answers: Readonly<Record<string, number>>;
  /** Placeholders that the redactor put in, by type. */
  readonly redactions: Readonly<Record<string, number>>;
}
