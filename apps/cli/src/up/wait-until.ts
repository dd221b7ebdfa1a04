import type { Clock, Duration } from '@fleetmend/kernel';

const LOOK_EVERY = 100;

/** Waits until `done` answers something; undefined: it did not within `limit`. Throws the signal's reason. */
export async function waitUntil<T>(done: () => T | undefined, { clock, limit, signal }: { readonly clock: Clock; readonly limit: Duration; readonly signal: AbortSignal }): Promise<T | undefined> {
  const end = clock.now() + limit;
  for (;;) {
    signal.throwIfAborted();
    const answer = done();
    if (answer !== undefined) return answer;
    if (clock.now() >= end) return undefined;
    await clock.sleep(LOOK_EVERY, signal);
  }
}
