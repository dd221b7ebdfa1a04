import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, test } from 'vitest';
import { startLoop } from './loop.ts';
import type { Loop, Reconcile } from './loop.ts';

function bench(reconcile: (key: string, loop: Loop) => ReturnType<Reconcile>) {
  const clock = new VirtualClock(0);
  const ran: (readonly [string, number])[] = [];
  const retries: number[] = [];
  const ending = new AbortController();
  const loop: Loop = startLoop({
    name: 'spec',
    clock,
    signal: ending.signal,
    retry: { initial: 100, max: 400 },
    failed: ({ retryIn }) => retries.push(retryIn),
    reconcile(key) {
      ran.push([key, clock.now()]);
      return reconcile(key, loop);
    },
  });
  return { clock, ran, retries, loop, ending };
}

describe('a control loop', () => {
  test('runs a key once for several asks, at the earliest of their times', async () => {
    const { clock, ran, loop } = bench(() => undefined);
    loop.enqueue('a', 500);
    loop.enqueue('a', 200);
    loop.enqueue('a', 900);
    await clock.run(2_000);
    expect(ran).toEqual([['a', 200]]);
  });

  test('comes back when the reconcile asks for it', async () => {
    const { clock, ran, loop } = bench(() => 1_000);
    loop.enqueue('a');
    await clock.run(2_500);
    expect(ran).toEqual([['a', 0], ['a', 1_000], ['a', 2_000]]);
  });

  test('comes back after months, too', async () => {
    const month = 30 * 86_400_000;
    const { clock, ran, loop } = bench(() => undefined);
    loop.enqueue('a', 2 * month);
    await clock.run(3 * month);
    expect(ran).toEqual([['a', 2 * month]]);
  });

  test('tries again after a throw, each time later up to the limit, and starts anew after a success', async () => {
    let broken = true;
    const { clock, retries, loop } = bench(() => {
      if (broken) throw new Error('refused');
      return undefined;
    });
    loop.enqueue('a');
    await clock.run(1_400);
    expect(retries).toEqual([100, 200, 400, 400, 400]);
    broken = false;
    await clock.run(500);
    broken = true;
    loop.enqueue('a');
    await clock.run(0);
    expect(retries.at(-1)).toBe(100);
  });

  test('slows down a key that keeps waking itself, and says so', async () => {
    const { clock, ran, retries, loop } = bench((key, self) => {
      self.enqueue(key);
      return undefined;
    });
    loop.enqueue('a');
    await clock.run(900);
    expect(ran.length).toBeLessThan(500);
    expect(retries).toEqual([1_000]);
  });

  test('does nothing more once it was ended', async () => {
    const { clock, ran, loop, ending } = bench(() => 100);
    loop.enqueue('a');
    await clock.run(150);
    ending.abort();
    await clock.run(1_000);
    loop.enqueue('b');
    await clock.run(1_000);
    expect(ran).toEqual([['a', 0], ['a', 100]]);
    expect(clock.pending).toBe(0);
  });
});
