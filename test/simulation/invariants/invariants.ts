import type { Instant } from '@fleetmend/kernel';
import type { World } from '../world/world.ts';

export interface Violation {
  /** `I2`, `L1` … */
  readonly invariant: string;
  readonly message: string;
  readonly at: Instant;
  readonly step: number;
}

export interface Invariants {
  readonly violation: Violation | undefined;
  check(): void;
  atTheEnd(calmAt: Instant): void;
  ends(): readonly string[];
}
export function watchInvariants(world: World): Invariants {
  return { violation: undefined, check() {}, atTheEnd() {}, ends: () => world.ledger.all().map((r) => `${r.metadata.name} ${r.status.phase} ${r.status.reason}`) };
}
