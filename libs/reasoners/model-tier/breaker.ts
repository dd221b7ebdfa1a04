import type { Clock, Duration, Instant } from '@fleetmend/kernel';

/** Leaves an endpoint alone after failures in a row. One call tries it again after the rest. In memory: a restart tries at once. */
export interface Breaker {
  /** Until when nothing may be asked; undefined: go on. */
  closedUntil(): Instant | undefined;
  succeeded(): void;
  failed(why: string): void;
  /** The endpoint asked to be left alone. */
  restUntil(at: Instant): void;
  readonly lastFailure: string;
  /** Whether failures closed it, or the server itself asked for a rest. */
  readonly closedBy: 'Failures' | 'Server';
}

export function createBreaker({ clock, failures, rest }: { readonly clock: Clock; readonly failures: number; readonly rest: Duration }): Breaker {
  let inARow = 0;
  let until = 0;
  let lastFailure = '';
  let closedBy: Breaker['closedBy'] = 'Failures';
  return {
    closedUntil() {
      if (clock.now() < until) return until;
      if (inARow < failures) return undefined;
      // Half open: this caller tries; everybody else waits for what it finds.
      until = clock.now() + rest;
      return undefined;
    },
    succeeded() {
      inARow = 0;
      until = 0;
    },
    failed(why) {
      inARow += 1;
      lastFailure = why;
      if (inARow < failures) return;
      until = Math.max(until, clock.now() + rest);
      closedBy = 'Failures';
    },
    restUntil(at) {
      if (at <= until) return;
      until = at;
      closedBy = 'Server';
    },
    get lastFailure() {
      return lastFailure;
    },
    get closedBy() {
      return closedBy;
    },
  };
}
