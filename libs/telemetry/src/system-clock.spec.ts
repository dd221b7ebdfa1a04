import { expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';
import { systemRandom } from './system-random.ts';

it('wakes a sleeper when it is aborted, with the reason', async () => {
  const stop = new AbortController();
  const asleep = systemClock.sleep(60_000, stop.signal);
  stop.abort(new Error('enough'));
  await expect(asleep).rejects.toThrow('enough');
});

it('does not fall asleep under a signal that is aborted already', async () => {
  await expect(systemClock.sleep(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

it('ends a sleep of no time at all', async () => {
  await expect(systemClock.sleep(-5)).resolves.toBeUndefined();
});

it('gives random numbers from 0 up to, and not including, 1', () => {
  const numbers = Array.from({ length: 200 }, () => systemRandom.next());
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(numbers).size).toBeGreaterThan(150);
});
