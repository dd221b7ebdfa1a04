import { expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

it('stands still while something outside is at work, and goes on afterwards', async () => {
  let busy = true;
  const clock = new VirtualClock(0, { outside: () => (busy ? 'busy' : 'idle') });
  let woken = false;
  void clock.sleep(10).then(() => (woken = true));
  const running = clock.run(20);
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect([clock.now(), woken]).toEqual([0, false]);
  busy = false;
  await running;
  expect([clock.now(), woken]).toEqual([20, true]);
});

it('stands still until what it holds for is over, also where that fails', async () => {
  const clock = new VirtualClock(0);
  const { promise, reject } = Promise.withResolvers<never>();
  const held = clock.hold(promise).catch((error: unknown) => String(error));
  const running = clock.run(20);
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(clock.now()).toBe(0);
  reject(new Error('no'));
  await running;
  expect([await held, clock.now()]).toEqual(['Error: no', 20]);
});

it('lets a chain of turns of the event loop come to its end before time moves on', async () => {
  let left = 5;
  const chain = () => void setImmediate(() => (left -= 1) > 0 && chain());
  const clock = new VirtualClock(0, { outside: () => (left > 0 ? 'soon' : 'idle') });
  const seen: number[] = [];
  void clock.sleep(10).then(() => seen.push(left));
  chain();
  await clock.run(20);
  expect(seen).toEqual([0]);
});
