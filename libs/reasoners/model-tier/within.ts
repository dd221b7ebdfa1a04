import type { Clock, Duration } from '@fleetmend/kernel';
import { EndpointTrouble } from './chat-endpoint.ts';

interface Limit {
  readonly clock: Clock;
  readonly most: Duration;
  readonly signal: AbortSignal;
}

/** Does work that is aborted after a time: then `EndpointTrouble` `TimedOut`. When the outer signal aborts, its reason is thrown. */
export async function within<T>({ clock, most, signal }: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const call = new AbortController();
  const timer = new AbortController();
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: timer.signal });
    clock.sleep(most, timer.signal).then(
      () => reject(new EndpointTrouble('TimedOut', `no answer within ${Math.round(most / 1000)} s`)),
      () => undefined, // the timer was called off
    );
  });
  try {
    return await Promise.race([work(call.signal), late]);
  } finally {
    timer.abort();
    call.abort();
  }
}
