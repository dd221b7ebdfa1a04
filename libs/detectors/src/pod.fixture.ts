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
