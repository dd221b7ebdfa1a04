import type { Clock, Instant } from '@fleetmend/kernel';

interface Sleeper {
  readonly at: Instant;
  readonly order: number;
  readonly wake: () => void;
}

export interface VirtualClockOptions {
  /**
   * What is still going on beyond what waits for this clock; time stands still as long. `busy`: something that takes real time, such as a
   * child process or a read of a file. `soon`: a next turn of the event loop is asked for.
   */
  readonly outside?: () => 'busy' | 'soon' | 'idle';
}

/**
 * A clock that moves only when told to, so that five minutes take no time and every run is the same.
 *
 * `run*` methods drain the microtask queue between sleepers, so that code which was woken reaches its next await first.
 */
export class VirtualClock implements Clock {
  #now: Instant;
  #order = 0;
  #held = 0;
  readonly #sleepers: Sleeper[] = [];
  readonly #outside: NonNullable<VirtualClockOptions['outside']>;

  constructor(start: Instant = Date.UTC(2026, 0, 5, 9, 0, 0), { outside = () => 'idle' }: VirtualClockOptions = {}) {
    this.#now = start;
    this.#outside = outside;
  }

  /** Time stands still until `work` is over: for what is answered elsewhere, such as in a thread. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
    }
  }

  now(): Instant {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#remove(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: this.#now + Math.max(0, ms),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#insert(sleeper);
    });
  }

  /** How many sleepers wait. */
  get pending(): number {
    return this.#sleepers.length;
  }

  /** Lets `ms` pass, waking whoever is due in order of time, then of who slept first. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settle();
    while (this.#sleepers[0] && this.#sleepers[0].at <= end) await this.#wakeNext();
    this.#now = end;
    await this.#settle();
  }

  /** Lets time pass until `done` holds; throws after `limit` ms of virtual time, naming what was awaited. */
  async runUntil(done: () => boolean | Promise<boolean>, limit: number, what = 'the condition'): Promise<void> {
    const end = this.#now + limit;
    await this.#settle();
    while (!(await done())) {
      const next = this.#sleepers[0];
      if (!next || next.at > end) throw new Error(`${what} did not hold within ${limit} ms of virtual time`);
      await this.#wakeNext();
    }
  }

  async #wakeNext(): Promise<void> {
    const next = this.#sleepers.shift();
    if (!next) return;
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    await this.#settle();
  }

  async #settle(): Promise<void> {
    for (;;) {
      await turn();
      const outside = this.#held > 0 ? 'busy' : this.#outside();
      if (outside === 'idle') return;
      // What then comes to its end may begin the next such thing only in a turn of its own.
      if (outside === 'busy') await pause();
    }
  }

  #insert(sleeper: Sleeper): void {
    let index = this.#sleepers.length;
    while (index > 0) {
      const before = this.#sleepers[index - 1];
      if (!before || before.at < sleeper.at || (before.at === sleeper.at && before.order < sleeper.order)) break;
      index -= 1;
    }
    this.#sleepers.splice(index, 0, sleeper);
  }

  #remove(sleeper: Sleeper): void {
    const index = this.#sleepers.indexOf(sleeper);
    if (index >= 0) this.#sleepers.splice(index, 1);
  }
}

/** One turn of the event loop: every microtask, and whatever was queued with `setImmediate` before. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A moment of real time, without keeping a processor busy that the awaited process may need. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
