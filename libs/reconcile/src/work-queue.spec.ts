import { expect, it } from 'vitest';
import { VirtualClock } from '@fleetmend/testing';
import { createWorkQueue } from './work-queue.ts';

function setUp(work: (key: string, signal: AbortSignal) => Promise<number | undefined>, workers = 2) {
  const clock = new VirtualClock();
  const failures: string[] = [];
  const queue = createWorkQueue({ clock, workers, work, failed: (key, error) => failures.push(`${key}: ${error.message}`) });
  return { clock, queue, failures };
}

it('makes one look of many asks', async () => {
  const looks: string[] = [];
  const { queue, clock } = setUp(async (key) => void looks.push(key));
  queue.add('a', 1000);
  queue.add('a', 500);
  queue.add('a', 2000);
  await clock.run(5000);
  expect(looks).toEqual(['a']);
});

it('looks again at what was asked for during a look, and never at one key twice at once', async () => {
  let running = 0;
  let most = 0;
  let looks = 0;
  const { queue, clock } = setUp(async (key) => {
    running += 1;
    most = Math.max(most, running);
    looks += 1;
    if (looks === 1) queue.add(key);
    await clock.sleep(1000);
    running -= 1;
    return undefined;
  });
  queue.add('a');
  await clock.run(5000);
  expect({ looks, most }).toEqual({ looks: 2, most: 1 });
});

it('comes back when the work says so', async () => {
  const at: number[] = [];
  const { queue, clock } = setUp(async () => {
    at.push(clock.now());
    return at.length < 3 ? 10_000 : undefined;
  });
  const start = clock.now();
  queue.add('a');
  await clock.run(60_000);
  expect(at.map((one) => one - start)).toEqual([0, 10_000, 20_000]);
});

it('tells of trouble and tries again', async () => {
  let looks = 0;
  const { queue, clock, failures } = setUp(async () => {
    looks += 1;
    if (looks === 1) throw new Error('the API server is away');
    return undefined;
  });
  queue.add('a');
  await clock.run(60_000);
  expect({ looks, failures }).toEqual({ looks: 2, failures: ['a: the API server is away'] });
});

it('uses no more workers than it has, the longest due first', async () => {
  const order: string[] = [];
  const { queue, clock } = setUp(async (key) => {
    order.push(key);
    await clock.sleep(1000);
    return undefined;
  }, 1);
  queue.add('c', 30);
  queue.add('a', 10);
  queue.add('b', 20);
  await clock.run(10_000);
  expect(order).toEqual(['a', 'b', 'c']);
});

it('stops: what runs is aborted and awaited, and nothing new starts', async () => {
  const events: string[] = [];
  const { queue, clock } = setUp(async (key, signal) => {
    events.push(`start ${key}`);
    await clock.sleep(60_000, signal).catch(() => events.push(`aborted ${key}`));
    return 0;
  });
  queue.add('a');
  await clock.run(1000);
  queue.add('b', 500);
  await queue.stop();
  queue.add('c');
  await clock.run(120_000);
  expect(events).toEqual(['start a', 'aborted a']);
  expect(queue.depth).toBe(0);
});
