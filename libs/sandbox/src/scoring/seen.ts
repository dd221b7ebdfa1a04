import type { Files } from './file-values.ts';

/** A request, as far as a score or its reason depends on it. */
export interface SeenRequest {
  readonly name: string;
  readonly class: string;
  readonly target: string;
  readonly phase: string;
  readonly reason: string;
  /** It got as far as Diagnosing. */
  readonly worked: boolean;
  /** Nothing about it changes any more. */
  readonly finished: boolean;
  readonly tier?: string | undefined;
  /** What it says about itself, in short lines: cause, what to look at, violations, errors. */
  readonly says: readonly string[];
}

export interface SeenPullRequest {
  readonly number: number;
  readonly title: string;
  readonly state: 'Open' | 'Closed' | 'Merged';
  /** Milliseconds from the fault to its opening. */
  readonly openedAfter: number;
  /** All files as the pull request proposes them. */
  readonly files: Files;
}

export interface SeenTicket {
  readonly title: string;
  readonly body: string;
}

/** One object that the expectation names, in one cluster. Undefined: not there. */
export interface SeenObject {
  /** `Kind/namespace/name` */
  readonly ref: string;
  readonly cluster: string;
  readonly rendered: { readonly faulty: unknown; readonly merged: unknown; /** In the order of the pull requests. */ readonly proposed: readonly unknown[] };
  /** In the cluster, once the fault was applied and at the end; without what every write moves. */
  readonly live: { readonly faulty: unknown; readonly end: unknown };
}

/** Everything that a score may depend on; the same in every world. */
export interface Seen {
  /** The deployed branch once the fault was applied. */
  readonly faulty: Files;
  /** The deployed branch after each step before the last, newest first. */
  readonly earlier: readonly Files[];
  /** The deployed branch at the end. */
  readonly merged: Files;
  readonly pullRequests: readonly SeenPullRequest[];
  readonly requests: readonly SeenRequest[];
  readonly tickets: readonly SeenTicket[];
  readonly objects: readonly SeenObject[];
  /** Milliseconds from the fault to the beginning of the stretch without trouble that lasted to the end; undefined: something was wrong at the end. */
  readonly recoveredAfter: number | undefined;
  /** How long that stretch was. */
  readonly heldFor: number;
  /** What was still wrong at the end, in words. */
  readonly troubles: readonly string[];
}
