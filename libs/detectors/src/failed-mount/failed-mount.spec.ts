import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, podEvent, running, second, waiting, world, type PodParts } from '../pod.fixture.ts';
import { failedMount } from './failed-mount.ts';

const inspect = (parts: PodParts, ...events: readonly KubeObject[]) => inspectPurely(failedMount, aPod(parts), world(...events));
const creating: PodParts = { status: { phase: 'Pending', containerStatuses: [{ name: 'app', restartCount: 0, state: waiting('ContainerCreating') }] } };
const withVolume = (volume: object): PodParts => ({ ...creating, spec: { volumes: [{ name: 'config', ...volume }] } });
const failed = (message: string, at = 0) => podEvent('FailedMount', message, { at });
const setUp = (message: string) => failed(`MountVolume.SetUp failed for volume "config" : ${message}`);

describe('failed-mount', () => {
  it.each<[string, PodParts, KubeObject, string, object | undefined]>([
    ['a ConfigMap', creating, setUp('configmap "settings" not found'), 'ConfigMapNotFound', { kind: 'ConfigMap', name: 'settings' }],
    ['a Secret', creating, setUp('secret "tls" not found'), 'SecretNotFound', { kind: 'Secret', name: 'tls' }],
    ['a key of a ConfigMap', withVolume({ configMap: { name: 'settings' } }), setUp('configmap references non-existent config key: app.yml'), 'ConfigMapKeyNotFound', { kind: 'ConfigMap', name: 'settings' }],
    ['a key of a Secret', withVolume({ secret: { secretName: 'tls' } }), setUp('references non-existent secret key: tls.pem'), 'SecretKeyNotFound', { kind: 'Secret', name: 'tls' }],
    ['a volume that another node holds', withVolume({ persistentVolumeClaim: { claimName: 'data' } }), podEvent('FailedAttachVolume', 'Multi-Attach error for volume "pvc-0b1c" Volume is already used by pod(s) checkout-1'), 'MultiAttach', { kind: 'PersistentVolumeClaim', name: 'data' }],
    ['a path of the node', creating, setUp('hostPath type check failed: /srv/data is not a directory'), 'HostPath', undefined],
    ['a driver', creating, failed('MountVolume.MountDevice failed for volume "pvc-1" : driver name disk.example.org not found in the list of registered CSI drivers'), 'DriverNotFound', undefined],
    ['nothing but the sum', creating, failed('Unable to attach or mount volumes: unmounted volumes=[config], unattached volumes=[], failed to process volumes=[]: context deadline exceeded'), 'TimedOut', undefined],
  ])('reports what is missing: %s', (_what, parts, event, subCause, cause) => {
    const [finding, ...others] = inspect(parts, event);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ class: 'FailedMount', subCause, target: { kind: 'Deployment', name: 'checkout' } });
    expect(finding?.target.container).toBeUndefined();
    if (cause) expect(finding?.cause).toMatchObject({ ...cause, namespace: 'shop' });
    else expect(finding?.cause).toBeUndefined();
  });

  it('believes what says why, whatever sums it up later', () => {
    const [finding] = inspect(creating, failed('Unable to attach or mount volumes: unmounted volumes=[config]: timed out waiting for the condition', 120), setUp('configmap "settings" not found'));
    expect(finding?.subCause).toBe('ConfigMapNotFound');
  });

  it('lets the pod before it let its volume go', () => {
    expect(failedMount.dwell.time).toBe(60_000);
  });

  it.each<[string, PodParts, readonly KubeObject[]]>([
    ['a pod that got its volume in the end', { app: { state: running } }, [setUp('configmap "settings" not found')]],
    ['a cache of the kubelet that is not filled yet', creating, [setUp('failed to sync configmap cache: timed out waiting for the condition'), setUp('object "shop"/"kube-root-ca.crt" not registered')]],
    ['a pod without a node', { ...creating, spec: { nodeName: undefined } }, [setUp('configmap "settings" not found')]],
    ['a pod that is being deleted', { ...creating, metadata: { deletionTimestamp: second(0) } }, [setUp('configmap "settings" not found')]],
    ['a pod that waits for its image', creating, []],
  ])('is silent about %s', (_what, parts, events) => {
    expect(inspect(parts, ...events)).toEqual([]);
  });
});
