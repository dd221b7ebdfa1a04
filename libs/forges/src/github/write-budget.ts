import type { Clock } from '@fleetmend/kernel';

/**
 * GitHub's limits on requests that create content, with a reserve: "no more than 80 content-generating requests per minute and no
 * more than 500 content-generating requests per hour" (docs.github.com, REST API, "Rate limits for the REST API", secondary limits).
 */
const PER_MINUTE = 80;
const PER_HOUR = 500;
/** Best practices for using the REST API: "wait at least one second between each" write where there are many of them. */
const UNPACED = 10;
const APART_MS = 1000;
/** Whoever waits holds a request of the hub: what takes longer is better tried again. */
const PATIENCE_MS = 15_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What is left of the right to write. One per token. */
export interface WriteBudget {
  /** Waits for the next free moment and takes it. @throws Error (transient) when that is too far away. */
  take(): Promise<void>;
}

export function createWriteBudget({ clock }: { readonly clock: Clock }): WriteBudget {
  /** When writes were begun or will be, oldest first; none older than an hour. */
  let taken: readonly number[] = [];

  return {
    async take() {
      const now = clock.now();
      taken = taken.filter((at) => at > now - HOUR);
      const at = nextMoment(taken, now);
      if (at - now > PATIENCE_MS) throw new Error(`GitHub takes ${PER_MINUTE} writes a minute and ${PER_HOUR} an hour: the next one is free in ${Math.ceil((at - now) / 1000)} s`);
      taken = [...taken, at];
      if (at > now) await clock.sleep(at - now);
    },
  };
}

function nextMoment(taken: readonly number[], now: number): number {
  const last = taken.at(-1) ?? 0;
  const lately = taken.filter((at) => at > now - MINUTE).length;
  const minuteOver = (taken.at(-PER_MINUTE) ?? -Infinity) + MINUTE + 1;
  const hourOver = (taken.at(-PER_HOUR) ?? -Infinity) + HOUR + 1;
  return Math.max(now, minuteOver, hourOver, lately >= UNPACED ? last + APART_MS : last);
}
