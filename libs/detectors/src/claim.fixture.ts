import type { KubeObject } from '@fleetmend/model';
import { aPod, world } from './pod.fixture.ts';

/** Claim `data` of the shop, and what bears on it. */
export function aClaim({ spec, status, metadata }: { readonly spec?: object; readonly status?: object; readonly metadata?: Partial<KubeObject['metadata']> } = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'shop', uid: 'uid-data', ...metadata }, spec: { ...spec }, status: { phase: 'Pending', ...status } };
}

export const aStorageClass = (name: string, rest: object = {}): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, ...rest });
export const aVolume = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } });
/** The pod of `checkout` that mounts it. */
export const user = aPod({ spec: { nodeName: undefined, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }, status: { phase: 'Pending' } });
export const claimEvent = (reason: string, message: string): KubeObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name: `data.${reason}`, namespace: 'shop' }, involvedObject: { uid: 'uid-data' }, reason, message, lastTimestamp: '2026-01-05T09:00:00Z' });
export { world };
