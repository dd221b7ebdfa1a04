import { createInProcessBus } from '@fleetmend/bus';
import { sha256 } from '@fleetmend/kernel';
import type { FailureEvent, Heartbeat } from '@fleetmend/model';
import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { BusTransport, FAILURES, HEARTBEATS } from './bus-transport.ts';

const event: FailureEvent = {
  schema: 1,
  cluster: 'prod-1',
  fingerprint: sha256('checkout'),
  state: 'open',
  version: 1,
  epoch: 1,
  at: 1,
  firstSeen: 1,
  count: 1,
  finding: { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, observation: { reason: 'OOMKilled', message: 'killed' } },
};
const heartbeat: Heartbeat = { schema: 1, cluster: 'prod-1', agent: { version: '0.1.0' }, epoch: 1, at: 1, open: 0, xor: '0'.repeat(16), pods: 1 };

const start = async (take: (event: FailureEvent) => Promise<void>) => {
  const clock = new VirtualClock();
  const bus = createInProcessBus({ clock });
  const heartbeats: Heartbeat[] = [];
  const troubles: string[] = [];
  const transport = new BusTransport({ bus: bus.hub(), clock, onTrouble: (error) => troubles.push(String(error)) });
  transport.addHandler(FAILURES, take, true);
  transport.addHandler(HEARTBEATS, async (heard: Heartbeat) => void heartbeats.push(heard), true);
  await new Promise<void>((resolve, reject) => transport.listen((error) => (error ? reject(error) : resolve())));
  return { clock, agent: bus.agent('prod-1'), transport, heartbeats, troubles };
};

it('hands each failure and each heartbeat to its handler', async () => {
  const taken: string[] = [];
  const { clock, agent, heartbeats, transport } = await start(async ({ fingerprint }) => void taken.push(fingerprint));
  await agent.publishFailure(event);
  await agent.publishHeartbeat(heartbeat);
  await clock.run(1_000);
  expect([taken, heartbeats]).toEqual([[event.fingerprint], [heartbeat]]);
  await transport.close();
});

it('acknowledges only what was taken in well: the rest comes again', async () => {
  let tries = 0;
  const { clock, agent, troubles, transport } = await start(async () => {
    tries += 1;
    if (tries === 1) throw new Error('the API server is away');
  });
  await agent.publishFailure(event);
  await clock.run(300_000);
  expect([tries, troubles]).toEqual([2, ['Error: the API server is away']]);
  await transport.close();
});

it('does not lose a failure that arrived before it listened', async () => {
  const clock = new VirtualClock();
  const bus = createInProcessBus({ clock });
  await bus.agent('prod-1').publishFailure(event);
  const taken: string[] = [];
  const transport = new BusTransport({ bus: bus.hub(), clock, onTrouble: () => {} });
  transport.addHandler(FAILURES, async ({ cluster }: FailureEvent) => void taken.push(cluster), true);
  transport.addHandler(HEARTBEATS, async () => {}, true);
  await new Promise<void>((resolve) => transport.listen(() => resolve()));
  await clock.run(1_000);
  expect(taken).toEqual(['prod-1']);
  await transport.close();
});
