import type { HubConfig } from '@fleetmend/config';
import { minutes, seconds, type Duration } from '@fleetmend/kernel';
import { productionSettings, sandboxSettings, type LifecycleSettings } from '@fleetmend/lifecycle';
import { productionPace, sandboxPace, type Pace } from '@fleetmend/stages';

/** Every time and number that a hub works by: the profile's, with what the config says over it. */
export interface HubTimes {
  readonly lifecycle: LifecycleSettings;
  readonly pace: Pace;
  readonly groupingWindow: Duration;
  /** How soon everything is looked at again even if nothing seems to have changed. */
  readonly resync: Duration;
}

export function hubTimes(config: HubConfig): HubTimes {
  const sandbox = config.profile === 'sandbox';
  const base = sandbox ? sandboxSettings : productionSettings;
  const pace = sandbox ? sandboxPace : productionPace;
  const { deadlines, attempts, budgets, ttl, ...plain } = config.lifecycle;
  return {
    lifecycle: {
      ...base,
      ...withoutAbsent(plain),
      deadlines: { ...base.deadlines, ...withoutAbsent(deadlines ?? {}) },
      attempts: { ...base.attempts, ...withoutAbsent(attempts ?? {}) },
      budgets: { ...base.budgets, ...withoutAbsent(budgets ?? {}) },
      ttl: { ...base.ttl, ...withoutAbsent(ttl ?? {}) },
    },
    pace: { ...pace, ...(config.poll === undefined ? {} : { poll: config.poll, pollSlow: config.poll * 3 }), editBudget: config.editBudget },
    groupingWindow: config.groupingWindow ?? (sandbox ? seconds(1) : seconds(10)),
    resync: sandbox ? seconds(30) : minutes(5),
  };
}

/** An absent key must not wipe out a default. */
function withoutAbsent<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
