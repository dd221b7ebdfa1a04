import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, createWriter, HUB_MAY_WRITE, loadKubeconfig, type KubeClient, type Writer } from '@fleetmend/k8s';
import { seededRandom, sha256 } from '@fleetmend/kernel';
import { customResourceDefinitions } from '@fleetmend/model';
import { ARCHIVE_FINALIZER, ConflictError, type NewRequest } from '@fleetmend/ports';
import { systemClock } from '@fleetmend/telemetry';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KINDS } from '../../../apps/hub/src/kubernetes/kinds.ts';
import { createRequestsStore, type RequestsStore } from '../../../apps/hub/src/kubernetes/requests-store.ts';
import { until } from '../boot/server-process.ts';
import { startSandboxCluster } from '../kubectl/sandbox-cluster.ts';

const lab = inject('lab');
const NAMESPACE = 'ledger';
const DEFINITIONS = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', resource: 'customresourcedefinitions', namespaced: false } as const;
const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace', resource: 'namespaces', namespaced: false } as const;

interface Cluster {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** The embedded API and the real one: the same suite over the same HTTP client. */
const clusters: readonly { readonly name: string; readonly start: () => Promise<Cluster> }[] = [
  { name: 'the sandbox', start: () => startSandboxCluster(mkdtempSync(join(tmpdir(), 'ledger-'))) },
  { name: 'a real API server', start: async () => ({ kubeconfig: lab.kubernetes?.kubeconfig ?? '', stop: async () => undefined }) },
];

const aNewRequest = (name: string, failure = name): NewRequest => ({
  name,
  namespace: NAMESPACE,
  spec: {
    clusters: ['prod-1'],
    scope: 'Workload',
    cancel: false,
    target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' },
    failure: { class: 'OOMKilled', message: 'killed', fingerprint: sha256(failure) },
  },
  status: { phase: 'Detected', reason: 'Detected', attempt: 1, phaseSince: '2026-01-05T09:00:00Z' },
});

describe.each(clusters)('the ledger of requests on $name', ({ start }) => {
  const world: { cluster?: Cluster; close?: () => Promise<void>; client?: KubeClient; writer?: Writer; store?: RequestsStore } = {};
  const part = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the cluster of this suite did not start');
    return value;
  };
  const open = (): RequestsStore => createRequestsStore({ client: part(world.client), writer: part(world.writer), clock: systemClock, random: seededRandom(1), warn: () => undefined });
  const ledger = (): RequestsStore => part(world.store);

  beforeAll(async () => {
    world.cluster = await start();
    const connection = loadKubeconfig({ files: [world.cluster.kubeconfig] });
    world.close = () => connection.close();
    world.client = createKubeClient({ ...connection, userAgent: 'fleetmend-lab' });
    world.writer = createWriter(world.client, HUB_MAY_WRITE);
    const installer = createWriter(world.client, [{ group: 'apiextensions.k8s.io', resources: 'all' }, { group: '', resources: ['namespaces'] }]);
    const how = { fieldManager: 'lab', force: true } as const;
    for (const definition of customResourceDefinitions()) await installer.apply(DEFINITIONS, definition, { name: definition.metadata.name }, how);
    await installer.apply(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, { name: NAMESPACE }, how);
    world.store = open();
    await ledger().ready();
  });
  afterAll(async () => {
    // The journeys use the same real API server, and a hub of theirs would work on what is left here.
    for (const request of (await world.store?.list()) ?? []) await ledger().delete(await ledger().setFinalizer(request, false));
    await world.store?.close();
    await world.close?.();
    await world.cluster?.stop();
  });

  it('stores spec, status and our finalizer, and shows them to the next reader', async () => {
    await ledger().create(aNewRequest('stored'));
    expect(await ledger().get(NAMESPACE, 'stored')).toMatchObject({ spec: { failure: { class: 'OOMKilled' } }, status: { reason: 'Detected' }, metadata: { finalizers: [ARCHIVE_FINALIZER] } });
  });

  it('makes one object of the same failure told twice', async () => {
    const first = await ledger().create(aNewRequest('twice'));
    expect((await ledger().create(aNewRequest('twice'))).metadata.uid).toBe(first.metadata.uid);
  });

  it('refuses a name that another failure has', async () => {
    await ledger().create(aNewRequest('taken'));
    await expect(ledger().create(aNewRequest('taken', 'cart'))).rejects.toBeInstanceOf(ConflictError);
  });

  it('takes a status only on top of the version that was read', async () => {
    const read = await ledger().create(aNewRequest('versioned'));
    await ledger().writeStatus(read, { ...read.status, phase: 'Diagnosing' });
    await expect(ledger().writeStatus(read, { ...read.status, phase: 'Escalated' })).rejects.toBeInstanceOf(ConflictError);
    expect((await ledger().get(NAMESPACE, 'versioned'))?.status.phase).toBe('Diagnosing');
  });

  it('does not let anybody change what failed: the rules of the kind are enforced', async () => {
    await ledger().create(aNewRequest('fixed'));
    const change = part(world.writer).mergePatch(KINDS.request, { namespace: NAMESPACE, name: 'fixed' }, { spec: { failure: { class: 'Other' } } });
    await expect(change).rejects.toThrow(/only spec.cancel may change/);
    const undo = { namespace: NAMESPACE, name: 'fixed' };
    await part(world.writer).mergePatch(KINDS.request, undo, { spec: { cancel: true } });
    await expect(part(world.writer).mergePatch(KINDS.request, undo, { spec: { cancel: false } })).rejects.toThrow(/stays cancelled/);
  });

  it('refuses an object that does not fit the schema', async () => {
    const misfit = { apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationRequest', metadata: { name: 'misfit', namespace: NAMESPACE }, spec: { clusters: [] } };
    await expect(part(world.writer).create(KINDS.request, misfit)).rejects.toMatchObject({ code: 422 });
  });

  it('keeps a deleted request until its finalizer is off', async () => {
    const created = await ledger().create(aNewRequest('archived'));
    await ledger().delete(created);
    const waiting = await ledger().get(NAMESPACE, 'archived');
    expect(waiting?.metadata.deletionTimestamp).toBeDefined();
    await ledger().setFinalizer(waiting ?? created, false);
    expect(await ledger().get(NAMESPACE, 'archived')).toBeUndefined();
  });

  it('tells another hub of what exists, of what is written, and of what goes', async () => {
    const created = await ledger().create(aNewRequest('watched'));
    const other = open();
    await other.ready();
    const phaseSeen = (): string | undefined => other.cached().find(({ metadata }) => metadata.name === 'watched')?.status.phase;
    expect(phaseSeen()).toBe('Detected');
    const told: string[] = [];
    const unwatch = other.watch(({ name }) => told.push(name));
    const written = await ledger().writeStatus(created, { ...created.status, phase: 'Diagnosing' });
    await until('the other hub has seen the write', 20, async () => phaseSeen() === 'Diagnosing');
    await ledger().delete(await ledger().setFinalizer(written, false));
    await until('the other hub has seen the end', 20, async () => phaseSeen() === undefined);
    expect(told.filter((name) => name === 'watched').length).toBeGreaterThan(1);
    unwatch();
    await other.close();
  });
});
