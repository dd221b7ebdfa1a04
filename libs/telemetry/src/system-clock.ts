import type { Clock } from '@fleetmend/kernel';

/** The longest delay of a Node timer; it fires at once for more. */
const LONGEST = 2_147_483_647;

/** The real clock. Handed in at the edge, so that everything inside can be run on a virtual one. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    for (let left = Math.max(0, ms); ; left -= LONGEST) {
      await wait(Math.min(left, LONGEST), signal);
      if (left <= LONGEST) return;
    }
  },
};

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
