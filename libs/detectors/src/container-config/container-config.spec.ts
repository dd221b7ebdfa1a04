import { fingerprintOf } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, running, waiting, world, type PodParts } from '../pod.fixture.ts';
import { containerConfig } from './container-config.ts';

const inspect = (parts: PodParts) => inspectPurely(containerConfig, aPod(parts), world());
const refused = (message: string): PodParts => ({ status: { phase: 'Pending', containerStatuses: [{ name: 'app', restartCount: 0, state: waiting('CreateContainerConfigError', message) }] } });

describe('container-config', () => {
  it.each([
    ['configmap "settings" not found', 'ConfigMapNotFound', 'ConfigMap', 'settings'],
    ['secret "db-credentials" not found', 'SecretNotFound', 'Secret', 'db-credentials'],
    ["couldn't find key db-host in ConfigMap shop/settings", 'ConfigMapKeyNotFound', 'ConfigMap', 'settings'],
    ["couldn't find key password in Secret shop/db-credentials", 'SecretKeyNotFound', 'Secret', 'db-credentials'],
  ])('reports %s, and what it points at', (message, subCause, kind, name) => {
    const [finding, ...others] = inspect(refused(message));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      class: 'CreateContainerConfigError', subCause, cause: { apiVersion: 'v1', kind, namespace: 'shop', name },
      target: { kind: 'Deployment', name: 'checkout', container: 'app' }, observation: { reason: 'CreateContainerConfigError', message },
    });
  });

  it.each([
    ['container has runAsNonRoot and image will run as root (pod: "checkout-7d9f8c6b5-x2x4z_shop(0b1c-22)", container: app)', 'RunAsRoot'],
    ['container\'s runAsUser breaks non-root policy (pod: "checkout-7d9f8c6b5-x2x4z_shop(0b1c-22)", container: app)', 'RunAsRoot'],
    ['container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root (pod: "checkout-7d9f8c6b5-x2x4z_shop(0b1c)", container: app)', 'NonNumericUser'],
    ['failed to prepare subPath for volumeMount "data" of container "app"', 'SubPath'],
    ['something that a later kubelet says', undefined],
  ])('tells %s apart', (message, subCause) => {
    const [finding] = inspect(refused(message));
    expect(finding?.subCause).toBe(subCause);
    expect(finding?.cause).toBeUndefined();
  });

  it('sees one failure in two pods whose names are in the message', () => {
    const fingerprints = ['aaaaa', 'bbbbb'].flatMap((id) => inspect({ name: `checkout-7d9f8c6b5-${id}`, ...refused(`container has runAsNonRoot and image will run as root (pod: "checkout-7d9f8c6b5-${id}_shop(${id})", container: app)`) }));
    expect(new Set(fingerprints.map((finding) => fingerprintOf('prod-1', finding))).size).toBe(1);
  });

  it('gives what a container refers to a minute to come', () => {
    expect(containerConfig.dwell.time).toBe(60_000);
  });

  it.each<[string, PodParts]>([
    ['a cache of the kubelet that is not filled yet', refused('failed to sync configmap cache: timed out waiting for the condition')],
    ['a container that is being created', { app: { state: waiting('ContainerCreating') } }],
    ['a pod that is being deleted', { ...refused('configmap "settings" not found'), metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }],
    ['a crash whose text looks alike', { app: { restartCount: 3, state: waiting('CrashLoopBackOff', 'configmap "settings" not found') } }],
    ['a healthy pod', { app: { state: running, ready: true } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
