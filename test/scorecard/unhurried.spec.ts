import { seconds } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { unhurried } from './unhurried.ts';

const KEY = { namespace: 'shop', name: 'rr-1' };

it('makes a look wait that always asks to come again at once, and says so once', async () => {
  const clock = new VirtualClock();
  const said: string[] = [];
  const look = unhurried(async () => 0, { clock, trouble: (message) => said.push(message) });
  const waits: (number | undefined)[] = [];
  for (let count = 0; count < 302; count += 1) waits.push(await look(KEY, new AbortController().signal));
  expect([waits[10], waits.at(-1), said.length]).toEqual([0, seconds(1), 1]);
  await clock.run(1_000);
  expect(await look(KEY, new AbortController().signal)).toBe(0);
});
