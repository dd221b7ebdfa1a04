import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '@fleetmend/kernel';

/** The machine's own time. Sleeping is by the steady clock, so a jump of the wall clock shortens no wait. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await sleep(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

export const systemRandom: Random = { next: () => Math.random() };
