import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, podEvent, running, waiting, world, type PodParts } from '../pod.fixture.ts';
import { podSandbox } from './pod-sandbox.ts';

const inspect = (parts: PodParts, ...events: readonly KubeObject[]) => inspectPurely(podSandbox, aPod(parts), world(...events));
const creating: PodParts = { status: { phase: 'Pending', containerStatuses: [{ name: 'app', restartCount: 0, state: waiting('ContainerCreating') }] } };
const failed = (message: string) => podEvent('FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${message}`);

describe('pod-sandbox', () => {
  it.each([
    ['failed to get sandbox runtime: no runtime for "gvisor" is configured', 'RuntimeHandler', 'no runtime for "gvisor" is configured'],
    ['failed to setup network for sandbox "9ab1": plugin type="host-local" failed (add): no IP addresses available in range set: 10.244.1.1-10.244.1.254', 'AddressesExhausted', 'the network has no address left'],
    ['failed to setup network for sandbox "9ab1": plugin type="calico" failed (add): error getting ClusterInformation', 'Network', 'the network of the pod cannot be set up'],
    ['something new', undefined, 'the pod sandbox cannot be created'],
  ])('reports %s', (text, subCause, message) => {
    const [finding] = inspect(creating, failed(text));
    expect(finding).toMatchObject({ class: 'FailedCreatePodSandBox', target: { kind: 'Deployment', name: 'checkout' }, observation: { message } });
    expect(finding?.subCause).toBe(subCause);
  });

  it.each<[string, PodParts, readonly KubeObject[]]>([
    ['a sandbox that came at the second try', { app: { state: running } }, [failed('cni plugin not initialized')]],
    ['a pod that waits for a volume', creating, [podEvent('FailedMount', 'configmap "x" not found')]],
    ['a pod that is being deleted', { ...creating, metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }, [failed('cni plugin not initialized')]],
  ])('is silent about %s', (_what, parts, events) => {
    expect(inspect(parts, ...events)).toEqual([]);
  });
});
