import type { Duration } from './duration.ts';
import type { Random } from './random.ts';

export interface BackoffOptions {
  readonly initial: Duration;
  readonly max: Duration;
  readonly factor?: number;
}

/**
 * Exponential backoff with full jitter in the upper half: between 50 % and 100 % of `initial * factor^failures`, capped.
 * `failures` counts from 1 for the first failure.
 */
export function backoff(failures: number, random: Random, { initial, max, factor = 2 }: BackoffOptions): Duration {
  const ceiling = Math.min(max, initial * factor ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + random.next() / 2));
}
