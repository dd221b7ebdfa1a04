import { seededRandom, sha256 } from '@fleetmend/kernel';
import { createWriter } from '@fleetmend/k8s';
import { ARCHIVE_FINALIZER, ConflictError, type NewRequest } from '@fleetmend/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aHubCluster, type HubClusterFixture } from './hub-cluster.fixture.ts';
import { createRequestsStore, type RequestsStore } from './requests-store.ts';

let hub: HubClusterFixture;
let store: RequestsStore;
beforeEach(async () => {
  hub = aHubCluster();
  store = open();
  await store.ready();
});
afterEach(async () => {
  await store.close();
  hub.close();
});

const open = (writer = hub.writer) => createRequestsStore({ ...hub, writer, random: seededRandom(1), warn: () => {} });
const aNewRequest = (name = 'rr-1', failure = 'checkout'): NewRequest => ({
  name,
  namespace: 'shop-team',
  spec: { clusters: ['prod-1'], scope: 'Workload', cancel: false, target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, failure: { class: 'OOMKilled', message: 'killed', fingerprint: sha256(failure) } },
  status: { phase: 'Detected', reason: 'Detected', attempt: 1, phaseSince: '2026-01-05T09:00:00Z' },
});

describe('creating a request', () => {
  it('stores spec, status and our finalizer', async () => {
    await store.create(aNewRequest());
    expect(await store.get('shop-team', 'rr-1')).toMatchObject({ spec: { failure: { class: 'OOMKilled' } }, status: { reason: 'Detected' }, metadata: { finalizers: [ARCHIVE_FINALIZER] } });
  });

  it('twice for the same failure is once', async () => {
    const first = await store.create(aNewRequest());
    expect((await store.create(aNewRequest())).metadata.uid).toBe(first.metadata.uid);
    expect(await store.list()).toHaveLength(1);
  });

  it('under a name that another failure has is a conflict', async () => {
    await store.create(aNewRequest());
    await expect(store.create(aNewRequest('rr-1', 'cart'))).rejects.toBeInstanceOf(ConflictError);
  });

  it('that was cut off before its status was written is completed by doing it again', async () => {
    const broken = open({ ...hub.writer, replaceStatus: () => Promise.reject(new Error('killed')) });
    await expect(broken.create(aNewRequest())).rejects.toThrow('killed');
    await broken.close();
    expect((await store.create(aNewRequest())).status.reason).toBe('Detected');
  });
});

describe('writing a status', () => {
  it('needs the version that was read', async () => {
    const read = await store.create(aNewRequest());
    await store.writeStatus(read, { ...read.status, phase: 'Diagnosing' });
    await expect(store.writeStatus(read, { ...read.status, phase: 'Escalated' })).rejects.toBeInstanceOf(ConflictError);
    expect((await store.get('shop-team', 'rr-1'))?.status.phase).toBe('Diagnosing');
  });

  it('of a request that is gone is a conflict, too', async () => {
    const read = await store.create(aNewRequest());
    await store.delete(await store.setFinalizer(read, false));
    await expect(store.writeStatus(read, read.status)).rejects.toBeInstanceOf(ConflictError);
  });

  it('shows in the cache at once, and no late event takes it back', async () => {
    const read = await store.create(aNewRequest());
    await store.writeStatus(read, { ...read.status, phase: 'Diagnosing' });
    expect(store.cached().map((request) => request.status.phase)).toEqual(['Diagnosing']);
    await hub.clock.run(1_000);
    expect(store.cached().map((request) => request.status.phase)).toEqual(['Diagnosing']);
  });
});

describe('deleting', () => {
  it('ends the object once the finalizer is off, and again is done', async () => {
    const released = await store.setFinalizer(await store.create(aNewRequest()), false);
    await store.delete(released);
    await store.delete(released);
    expect(await store.get('shop-team', 'rr-1')).toBeUndefined();
  });

  it('spares a new object of the same name', async () => {
    const first = await store.setFinalizer(await store.create(aNewRequest()), false);
    await store.delete(first);
    const second = await store.create(aNewRequest());
    await store.delete(first);
    expect((await store.get('shop-team', 'rr-1'))?.metadata.uid).toBe(second.metadata.uid);
  });
});

describe('watching', () => {
  it('tells of what exists, of what others write, and of what goes', async () => {
    const created = await store.create(aNewRequest());
    const other = open();
    await other.ready();
    const seen: string[] = [];
    const unwatch = other.watch(({ namespace, name }) => seen.push(`${namespace}/${name}`));
    expect(seen).toEqual(['shop-team/rr-1']);
    await store.delete(await store.setFinalizer(created, false));
    await hub.clock.run(1_000);
    expect(other.cached()).toEqual([]);
    expect(seen.length).toBeGreaterThan(1);
    unwatch();
    await other.close();
  });

  it('never tells a listener that left', async () => {
    const seen: string[] = [];
    store.watch(({ name }) => seen.push(name))();
    await store.create(aNewRequest());
    await hub.clock.run(1_000);
    expect(seen).toEqual([]);
  });
});

it('writes only what a hub may write', async () => {
  const store = createRequestsStore({ ...hub, writer: createWriter(hub.client, []), random: seededRandom(1), warn: () => {} });
  await expect(store.create(aNewRequest())).rejects.toMatchObject({ reason: 'WriteNotAllowed' });
  await store.close();
});
