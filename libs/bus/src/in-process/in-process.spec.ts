import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { consumeDurably } from '../consume.ts';
import { anEvent, busContract } from '../contract.ts';
import { createInProcessBus } from './in-process.ts';

busContract({
  name: 'in one process',
  async start() {
    const clock = new VirtualClock();
    const bus = createInProcessBus({ clock, redeliverAfter: 30_000 });
    return { bus, clock, redeliverAfter: 30_000, pass: (span) => clock.run(span), inject: async (subject, data) => bus.inject(subject, data), stop: () => bus.close() };
  },
});

it('leaves nothing behind that waits when the courier is closed', async () => {
  const clock = new VirtualClock();
  const bus = createInProcessBus({ clock });
  await bus.hub().consumeFailures(() => undefined);
  await bus.close();
  await clock.run(0);
  expect(clock.pending).toBe(0);
});

it('brings an event again that whoever took it threw back, and keeps it while he is busy for minutes', async () => {
  const clock = new VirtualClock();
  const bus = createInProcessBus({ clock });
  const troubles: string[] = [];
  let taken = 0;
  await consumeDurably(bus.hub(), {
    clock,
    take: async () => {
      taken += 1;
      await clock.sleep(120_000);
      if (taken === 1) throw new Error('409');
    },
    onTrouble: (error) => troubles.push(String(error)),
  });
  await bus.agent('prod-1').publishFailure(anEvent());
  await clock.run(119_000);
  expect(taken).toBe(1);
  await clock.run(32_000);
  expect([taken, troubles]).toEqual([2, ['Error: 409']]);
  await clock.run(600_000);
  expect(taken).toBe(2);
});
