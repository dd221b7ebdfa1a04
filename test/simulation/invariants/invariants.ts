import { seconds, type Instant } from '@fleetmend/kernel';
import type { World } from '../world/world.ts';
import { watchCoverage } from './coverage.ts';
import { watchDeliveries } from './deliveries.ts';
import { watchEndings } from './endings.ts';
import { watchLives } from './lives.ts';
import { watchWrites } from './writes.ts';

/** A property that did not hold, and when. */
export interface Violation {
  /** `I2`, `L1` … */
  readonly invariant: string;
  readonly message: string;
  readonly at: Instant;
  readonly step: number;
}

export type Report = (invariant: string, message: string) => void;

/** One group of properties. It listens to the world by itself; these are for what no single event shows. */
export interface Watcher {
  /** Asked every few seconds. */
  readonly check?: () => void;
  /** Asked once, when the run is over. */
  readonly atTheEnd?: (calmAt: Instant) => void;
}

export interface Invariants {
  readonly violation: Violation | undefined;
  check(): void;
  atTheEnd(calmAt: Instant): void;
}

const EVERY = seconds(5);

/** Holds the truth against every promise while a run goes on. Only the first violation is kept: what follows may be its echo. */
export function watchInvariants(world: World): Invariants {
  let violation: Violation | undefined;
  let next = 0;
  const report: Report = (invariant, message) => {
    violation ??= { invariant, message, at: world.scheduler.now, step: world.scheduler.steps };
  };
  const watchers: readonly Watcher[] = [watchLives(world, report), watchWrites(world, report), watchDeliveries(world, report), watchCoverage(world, report), watchEndings(world, report)];
  return {
    get violation() {
      return violation;
    },
    check() {
      if (world.scheduler.now < next) return;
      next = world.scheduler.now + EVERY;
      for (const watcher of watchers) watcher.check?.();
    },
    atTheEnd(calmAt) {
      if (violation === undefined) for (const watcher of watchers) watcher.atTheEnd?.(calmAt);
    },
  };
}
