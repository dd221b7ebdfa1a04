import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, running, terminated, waiting, world, type PodParts } from '../pod.fixture.ts';
import { containerCreate } from './container-create.ts';

const inspect = (parts: PodParts) => inspectPurely(containerCreate, aPod(parts), world());

describe('container-create', () => {
  it.each([
    ['CreateContainerError', 'failed to generate container "3f0c" spec: failed to generate spec: no command specified', 'NoCommand'],
    ['CreateContainerError', 'failed to create containerd container: mount callback failed on /tmp/containerd-mount1: no users found', 'UserNotFound'],
    ['CreateContainerError', 'unable to find user shopkeeper: no matching entries in passwd file', 'UserNotFound'],
    ['CreateContainerError', 'failed to mkdir "/var/lib/x": mkdir /var/lib/x: not a directory', 'MountPath'],
    ['CreateContainerError', 'context deadline exceeded', 'RuntimeTimeout'],
    ['CreateContainerError', 'failed to reserve container name "app_checkout-1_shop_0b1c_0": name "app_checkout-1_shop_0b1c_0" is reserved for "9ab1"', 'RuntimeTimeout'],
    ['CreateContainerError', 'something new', undefined],
    ['PreCreateHookError', 'Internal PreCreateContainer hook failed: no devices', 'NodeHook'],
  ])('reports %s: %s', (reason, message, subCause) => {
    const [finding, ...others] = inspect({ app: { state: waiting(reason, message) } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ class: 'CreateContainerError', target: { kind: 'Deployment', container: 'app' }, observation: { reason } });
    expect(finding?.subCause).toBe(subCause);
    expect(finding?.observation.message).not.toMatch(/9ab1|3f0c/);
  });

  it.each<[string, PodParts]>([
    ['a container whose start fails, which is a crash loop', { app: { restartCount: 3, state: waiting('RunContainerError'), lastState: terminated('StartError', 128) } }],
    ['a container that refers to what is missing', { app: { state: waiting('CreateContainerConfigError', 'configmap "settings" not found') } }],
    ['a pod that is being deleted', { metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' }, app: { state: waiting('CreateContainerError', 'no command specified') } }],
    ['a healthy pod', { app: { state: running, ready: true } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
