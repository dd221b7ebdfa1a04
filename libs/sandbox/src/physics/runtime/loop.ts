import type { Clock, Duration, Instant } from '@fleetmend/kernel';

/**
 * Brings the world one step nearer to what the object named by `key` wants, from what is there now.
 * Answers when to look again without being asked, if ever. May throw: then it is called again with back-off.
 */
export type Reconcile = (key: string) => Duration | undefined;

export interface Retry {
  readonly initial: Duration;
  readonly max: Duration;
}

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly reconcile: Reconcile;
  readonly retry: Retry;
  /** Told of every throw, with the key and the delay until the next try. */
  readonly failed: (failure: { readonly loop: string; readonly key: string; readonly error: unknown; readonly retryIn: Duration }) => void;
}

export interface Loop {
  /** Asks for a reconcile of `key` in `delay` ms. Several asks before it runs are one; the earliest time wins. */
  enqueue(key: string, delay?: Duration): void;
}

const BURST_LIMIT = 500;
const BURST_SPAN = 1_000;
const BURSTS_KEPT = 1_000;

/**
 * A work queue with one sleeper: keys run in order of their time, then of who asked first, one after the other.
 * Even what is due at once sleeps for no time first: several changes become one reconcile, a virtual clock does not move on before it is done,
 * and on a real clock a long chain of causes lets requests through between its links.
 */
export function startLoop({ name, clock, signal, reconcile, retry, failed }: LoopOptions): Loop {
  const due = new Map<string, Instant>();
  const failures = new Map<string, number>();
  const bursts = new Map<string, { readonly since: Instant; count: number }>();
  let sleeper: { readonly at: Instant; readonly abort: AbortController } | undefined;

  signal.addEventListener('abort', () => sleeper?.abort.abort(), { once: true });

  function enqueue(key: string, delay: Duration = 0): void {
    if (signal.aborted) return;
    const at = clock.now() + Math.max(0, delay);
    const before = due.get(key);
    if (before !== undefined && before <= at) return;
    due.set(key, at);
    arm();
  }

  function arm(): void {
    const next = Math.min(...due.values());
    if (next === Infinity || signal.aborted || (sleeper && sleeper.at <= next)) return;
    sleeper?.abort.abort();
    const mine = { at: next, abort: new AbortController() };
    sleeper = mine;
    clock.sleep(Math.max(0, next - clock.now()), mine.abort.signal).then(
      () => {
        if (sleeper === mine) sleeper = undefined;
        flush();
      },
      () => undefined, // it rejects only because it was replaced by an earlier one, or because the loop ends
    );
  }

  function flush(): void {
    const now = clock.now();
    const ready = [...due].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    for (const [key] of ready) {
      if (signal.aborted) return;
      due.delete(key);
      if (isSpinning(key, now)) enqueue(key, BURST_SPAN);
      else runOne(key);
    }
    arm();
  }

  /** A key that keeps waking itself would keep everything else, on a real clock also all I/O, from running: it has to wait. */
  function isSpinning(key: string, now: Instant): boolean {
    if (bursts.size > BURSTS_KEPT) for (const [other, { since }] of bursts) if (now - since >= BURST_SPAN) bursts.delete(other);
    const known = bursts.get(key);
    if (!known || now - known.since >= BURST_SPAN) {
      bursts.set(key, { since: now, count: 1 });
      return false;
    }
    known.count += 1;
    if (known.count === BURST_LIMIT) failed({ loop: name, key, error: new Error(`${name} was asked for ${key} ${BURST_LIMIT} times within a second: it changes what wakes it`), retryIn: BURST_SPAN });
    return known.count >= BURST_LIMIT;
  }

  function runOne(key: string): void {
    try {
      const again = reconcile(key);
      failures.delete(key);
      if (again !== undefined) enqueue(key, again);
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const retryIn = Math.min(retry.max, retry.initial * 2 ** (count - 1));
      failed({ loop: name, key, error, retryIn });
      enqueue(key, retryIn);
    }
  }

  return { enqueue };
}
