import type { Duration, Instant } from '@fleetmend/kernel';
import type { StageName } from '@fleetmend/lifecycle';
import type { Key } from './request.reconciler.ts';

interface Entry {
  readonly failures: number;
  readonly until: Instant;
}

/** Which stage of which request failed lately, and until when it rests. Lost with the process, which only makes it try sooner. */
export interface Backoffs {
  failed(key: Key, stage: StageName, now: Instant, delay: (failures: number) => Duration): Duration;
  succeeded(key: Key, stage: StageName): void;
  resting(key: Key, now: Instant): ReadonlySet<StageName>;
  waitFor(key: Key, stage: StageName, now: Instant): Duration | undefined;
  /** Until the first of the resting stages may run again. */
  wait(key: Key, now: Instant): Duration | undefined;
  forget(key: Key): void;
}

export function createBackoffs(): Backoffs {
  const entries = new Map<string, Map<StageName, Entry>>();
  const of = (key: Key) => entries.get(`${key.namespace}/${key.name}`);
  const restOf = (key: Key, now: Instant) => [...(of(key) ?? [])].filter(([, entry]) => entry.until > now);
  return {
    failed(key, stage, now, delay) {
      const stages = of(key) ?? new Map<StageName, Entry>();
      const failures = (stages.get(stage)?.failures ?? 0) + 1;
      const wait = delay(failures);
      stages.set(stage, { failures, until: now + wait });
      entries.set(`${key.namespace}/${key.name}`, stages);
      return wait;
    },
    succeeded: (key, stage) => void of(key)?.delete(stage),
    resting: (key, now) => new Set(restOf(key, now).map(([stage]) => stage)),
    waitFor(key, stage, now) {
      const until = of(key)?.get(stage)?.until;
      return until !== undefined && until > now ? until - now : undefined;
    },
    wait(key, now) {
      const waits = restOf(key, now).map(([, entry]) => entry.until - now);
      return waits.length === 0 ? undefined : Math.min(...waits);
    },
    forget: (key) => void entries.delete(`${key.namespace}/${key.name}`),
  };
}
