import { randomInt } from '@fleetmend/kernel';
import type { Duration, Instant } from '@fleetmend/kernel';
import type { PhysicsContext } from '../runtime/context.ts';

/** Between once and twice the span: nothing on a real node takes exactly as long as the last time. */
export function spread({ random }: PhysicsContext, span: Duration): Duration {
  return span + randomInt(random, span + 1);
}

export function earliest(...instants: readonly (Instant | undefined)[]): Instant | undefined {
  const known = instants.filter((at) => at !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
