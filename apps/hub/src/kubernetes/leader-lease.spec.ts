import { seededRandom } from '@fleetmend/kernel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aHubCluster, type HubClusterFixture } from './hub-cluster.fixture.ts';
import { startLeaderLease, type LeaderLease } from './leader-lease.ts';

let hub: HubClusterFixture;
let leases: LeaderLease[];
beforeEach(() => {
  hub = aHubCluster();
  leases = [];
});
afterEach(async () => {
  await Promise.all(leases.map((lease) => lease.stop()));
  hub.close();
});

const start = async (identity: string, writer = hub.writer) => {
  const lease = startLeaderLease({ ...hub, writer, random: seededRandom(3), namespace: 'fleetmend-system', identity, lead: () => async () => {}, warn: () => {} });
  leases.push(lease);
  await hub.clock.run(100);
  return lease;
};

it('lets the first one lead, and only it', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await hub.clock.run(60_000);
  expect([a.leading, b.leading]).toEqual([true, false]);
});

it('passes on at once when the leader ends in order', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await a.stop();
  await hub.clock.run(6_500);
  expect([a.leading, b.leading]).toEqual([false, true]);
});

it('passes on after the Lease ran out when the leader was killed', async () => {
  let dead = false;
  const dying = { ...hub.writer, replace: (...args: Parameters<typeof hub.writer.replace>) => (dead ? Promise.reject(new Error('killed')) : hub.writer.replace(...args)) };
  const [a, b] = [await start('a', dying), await start('b')];
  dead = true;
  await hub.clock.run(10_000);
  expect(b.leading).toBe(false);
  await hub.clock.run(15_000);
  expect([a.leading, b.leading]).toEqual([false, true]);
});

it('gives a replica that came back its own Lease without waiting', async () => {
  const held = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'fleetmend-hub', namespace: 'fleetmend-system' }, spec: { holderIdentity: 'a', renewTime: new Date(hub.clock.now()).toISOString().replace('Z', '000Z') } };
  hub.server.objects.create(held, { manager: 'test' });
  expect((await start('b')).leading).toBe(false);
  expect((await start('a')).leading).toBe(true);
});
