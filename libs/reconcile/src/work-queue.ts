import { messageOf, seconds, type Clock, type Duration, type Instant } from '@fleetmend/kernel';

export interface WorkQueue {
  /** Asks for a look at `key`, now or in a while. Many asks for the same key become one look. */
  add(key: string, after?: Duration): void;
  /** Ends it: nothing new starts, running work is aborted, and the promise resolves when it has come to rest. */
  stop(): Promise<void>;
  readonly depth: number;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly workers: number;
  /** Answers when to look again. Throwing is trouble worth a retry after a moment. */
  readonly work: (key: string, signal: AbortSignal) => Promise<Duration | undefined>;
  readonly failed: (key: string, error: Error) => void;
}

/** One look per key at a time, the earliest first; a key that is asked for while it is being looked at is looked at again. */
export function createWorkQueue({ clock, workers, work, failed }: WorkQueueOptions): WorkQueue {
  const due = new Map<string, Instant>();
  const running = new Map<string, Promise<void>>();
  const ending = new AbortController();
  let alarm: AbortController | undefined;

  const schedule = (key: string, at: Instant): void => {
    const known = due.get(key);
    if (!ending.signal.aborted && (known === undefined || at < known)) due.set(key, at);
  };

  const runOne = async (key: string): Promise<void> => {
    try {
      const again = await work(key, ending.signal);
      if (again !== undefined) schedule(key, clock.now() + again);
    } catch (error) {
      if (!ending.signal.aborted) {
        failed(key, error instanceof Error ? error : new Error(messageOf(error)));
        schedule(key, clock.now() + seconds(5));
      }
    } finally {
      running.delete(key);
      pump();
    }
  };

  const pump = (): void => {
    // Its reason is never seen. Without one, an error with a stack would be made for each look at the queue.
    alarm?.abort('superseded');
    if (ending.signal.aborted) return;
    const now = clock.now();
    for (const [key, at] of [...due].sort(([, a], [, b]) => a - b)) {
      if (running.size >= workers || at > now) break;
      if (running.has(key)) continue;
      due.delete(key);
      // In a turn of its own: the key has to count as running before its work can ask for anything.
      running.set(key, Promise.resolve().then(() => runOne(key)));
    }
    const next = Math.min(...[...due].filter(([key]) => !running.has(key)).map(([, at]) => at));
    if (running.size < workers && Number.isFinite(next)) wakeAt(next);
  };

  const wakeAt = (at: Instant): void => {
    const mine = new AbortController();
    alarm = mine;
    clock.sleep(Math.max(0, at - clock.now()), mine.signal).then(pump, () => undefined);
  };

  return {
    add(key, after = 0) {
      if (ending.signal.aborted) return;
      schedule(key, clock.now() + after);
      pump();
    },
    async stop() {
      ending.abort(new Error('the work queue is stopping'));
      alarm?.abort();
      due.clear();
      await Promise.allSettled(running.values());
    },
    get depth() {
      return due.size + running.size;
    },
  };
}
