import { days, hours, minutes, seconds, type Duration } from '@fleetmend/kernel';
import type { LivePhase } from './phases.ts';

/** Every number that the life of a request depends on. Policies may only make them stricter. */
export interface LifecycleSettings {
  /** Time that may be spent in each phase, stops excluded. PullRequestOpen has an age limit instead: `staleAfter`. */
  readonly deadlines: Readonly<Record<Exclude<LivePhase, 'PullRequestOpen'>, Duration>>;
  /** How long a target must stay healthy, unless a policy says otherwise. */
  readonly hold: Duration;
  /** A cluster that was silent for longer has a gap in what is known of it. */
  readonly contactGap: Duration;
  /** Silence stops clocks for at most this long. */
  readonly silenceLimit: Duration;
  /** Facts of a verdict older than this may not open or merge anything. */
  readonly verdictMaxAge: Duration;
  readonly staleAfter: Duration;
  /** How old a pull request has to be before what its forge says of checks counts: they appear some time after a push. */
  readonly checksSettle: Duration;
  /** How long after the end a pull request that nobody wants any more is looked for. */
  readonly orphanDelay: Duration;
  readonly ttl: { readonly quiet: Duration; readonly loud: Duration };
  readonly confidenceFloor: number;
  readonly replans: number;
  readonly refusals: number;
  readonly attempts: { readonly perDay: number; readonly spacing: Duration };
  readonly budgets: {
    readonly openPerRepository: number;
    readonly openPerNamespace: number;
    readonly openPerCluster: number;
    readonly openPerHub: number;
    readonly createdPerHour: number;
  };
  readonly breaker: { readonly failures: number; readonly of: number; readonly rest: Duration };
  /** So large a share of a cluster's pods' workloads fails, and at least so many: no manifest of theirs is to blame. */
  readonly storm: { readonly share: number; readonly atLeast: number };
}

/** The defaults of a hub in production. */
export const productionSettings: LifecycleSettings = {
  deadlines: {
    Detected: minutes(30),
    Inhibited: hours(1),
    Diagnosing: minutes(10),
    Proposed: minutes(15),
    AwaitingApproval: hours(24),
    Delivering: minutes(15),
    Merged: hours(1),
    Verifying: hours(1),
    Reverting: hours(24),
  },
  hold: minutes(5),
  contactGap: minutes(2),
  silenceLimit: hours(24),
  verdictMaxAge: minutes(10),
  staleAfter: days(14),
  checksSettle: seconds(60),
  orphanDelay: minutes(3),
  ttl: { quiet: hours(24), loud: days(7) },
  confidenceFloor: 0.5,
  replans: 3,
  refusals: 3,
  attempts: { perDay: 2, spacing: minutes(10) },
  budgets: { openPerRepository: 5, openPerNamespace: 2, openPerCluster: 10, openPerHub: 25, createdPerHour: 4 },
  breaker: { failures: 3, of: 5, rest: hours(6) },
  storm: { share: 0.4, atLeast: 20 },
};

/** Short times for the sandbox: the same life, watched by a person who has a minute. */
export const sandboxSettings: LifecycleSettings = {
  ...productionSettings,
  deadlines: {
    ...productionSettings.deadlines,
    Detected: minutes(3),
    Inhibited: minutes(10),
    Diagnosing: minutes(8),
    Proposed: minutes(3),
    Delivering: minutes(3),
    Merged: minutes(5),
    Verifying: minutes(10),
  },
  hold: seconds(10),
  checksSettle: seconds(5),
  orphanDelay: seconds(30),
  attempts: { perDay: 2, spacing: seconds(10) },
  budgets: { ...productionSettings.budgets, createdPerHour: 40 },
};
