import type { KubeObject } from '@fleetmend/model';
import { worldOf } from '@fleetmend/plugin-api/conformance';

/** `checkout`, a Deployment of the shop, with the pod of its newest ReplicaSet in whatever state a spec wants. */
const owner = (apiVersion: string, kind: string, name: string) => [{ apiVersion, kind, name, uid: `uid-${name}`, controller: true }];
export const deployment: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop', uid: 'uid-checkout' } };
export const replicaSet: KubeObject = {
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'checkout-7d9f8c6b5', namespace: 'shop', uid: 'uid-checkout-7d9f8c6b5', ownerReferences: owner('apps/v1', 'Deployment', 'checkout') },
};

export interface PodParts {
  readonly name?: string;
  readonly status?: Readonly<Record<string, unknown>>;
  /** Parts of the status of container `app`. */
  readonly app?: Readonly<Record<string, unknown>>;
  readonly metadata?: Partial<KubeObject['metadata']>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export function aPod({ name = 'checkout-7d9f8c6b5-x2x4z', app, status, metadata, spec }: PodParts = {}): KubeObject {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, ownerReferences: owner('apps/v1', 'ReplicaSet', 'checkout-7d9f8c6b5'), ...metadata },
    spec: { nodeName: 'node-1', restartPolicy: 'Always', containers: [{ name: 'app', image: 'registry.test/checkout:1.4.0' }], ...spec },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', image: 'registry.test/checkout@sha256:0a', restartCount: 0, ...app }], ...status },
  };
}

export const world = (...more: readonly KubeObject[]) => worldOf(deployment, replicaSet, ...more);
export const waiting = (reason: string, message?: string) => ({ waiting: { reason, ...(message === undefined ? {} : { message }) } });
export const terminated = (reason: string, exitCode: number, message?: string) => ({ terminated: { reason, exitCode, ...(message === undefined ? {} : { message }) } });
export const running = { running: { startedAt: '2026-01-05T09:00:00Z' } };

/** An event about pod `checkout-7d9f8c6b5-x2x4z`, or about one of its containers, that was seen last at that second of 09:00. */
export function podEvent(reason: string, message: string, { at = 0, container, pod = 'checkout-7d9f8c6b5-x2x4z' }: { readonly at?: number; readonly container?: string; readonly pod?: string } = {}): KubeObject {
  const fieldPath = container === undefined ? {} : { fieldPath: `spec.containers{${container}}` };
  return { apiVersion: 'v1', kind: 'Event', metadata: { name: `${reason}-${message.length}-${at}`, namespace: 'shop' }, involvedObject: { uid: `uid-${pod}`, ...fieldPath }, reason, message, lastTimestamp: second(at) };
}

/** A time on the morning of the fixture, `at` seconds after 09:00. */
export const second = (at: number): string => new Date(Date.UTC(2026, 0, 5, 9, 0, at)).toISOString().replace('.000', '');
