import type { Clock, Duration, Instant } from '@fleetmend/kernel';

/** One life of one process. When it ends, whatever it waits for never comes, and all that it remembered is lost. */
export interface Life {
  readonly name: string;
  alive: boolean;
}

interface Scheduled {
  readonly at: Instant;
  readonly order: number;
  readonly owner: Life | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Virtual time and the order of everything in it. One event at a time: the promises that it woke are followed to their next
 * await on a port before the next event comes, so a run is a function of its schedule.
 */
export class Scheduler {
  now: Instant;
  steps = 0;
  #order = 0;
  readonly #heap: Scheduled[] = [];

  constructor(start: Instant) {
    this.now = start;
  }

  /** Runs `run` after `delay`, unless its owner has died by then. Returns what cancels it. */
  after(delay: Duration, run: () => void, owner?: Life): () => void {
    const event: Scheduled = { at: this.now + Math.max(0, Math.ceil(delay)), order: this.#order++, owner, run, cancelled: false };
    this.#push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Runs until `done` holds after some event, or nothing is left to do. */
  async run(done: () => boolean): Promise<void> {
    await drained();
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      if (event.cancelled || event.owner?.alive === false) continue;
      this.now = event.at;
      this.steps += 1;
      event.run();
      await drained();
      if (done()) return;
    }
  }

  /** The clock of one process: it runs as fast as all others, and may show another time. */
  clock(owner: Life, skew: Duration): Clock {
    return {
      now: () => this.now + skew,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const cancel = this.after(ms, resolve, owner);
          signal?.addEventListener('abort', () => {
            cancel();
            reject(signal.reason);
          });
        }),
    };
  }

  #push(event: Scheduled): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Scheduled | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child += 1;
      const least = heap[child];
      if (least === undefined || isBefore(last, least)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Every microtask has run. Called from a microtask: ticks come after all of those, and much sooner than the event loop's next turn. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
