import type { KubeObject } from '@fleetmend/model';
import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import { normalise } from './normalise.ts';
import { family, observe } from './observe.ts';

const UID = '0f0e8a1c-1111-2222-3333-444455556666';

describe('normalise', () => {
  test.each([
    ['back-off 8s restarting failed container=app pod=app-5d4f8c7b9d-x2x4z_shop(0f0e8a1c-1111-2222-3333-444455556666)', 'back-off SPAN restarting failed container=app pod=app-HASH-SUFFIX_shop(UID)'],
    ['back-off 1m20s restarting failed container=app', 'back-off SPAN restarting failed container=app'],
    ['Scaled up replica set app-5d4f8c7b9d from 0 to 1', 'Scaled up replica set app-HASH from 0 to 1'],
    ['Created pod: app-x2x4z', 'Created pod: app-SUFFIX'],
    ['create Pod app-0 in StatefulSet app successful', 'create Pod app-0 in StatefulSet app successful'],
    ['Get "http://10.88.0.12:8081/healthz": dial tcp 10.88.0.12:8081: connect: connection refused', 'Get "http://ADDRESS:8081/healthz": dial tcp ADDRESS:8081: connect: connection refused'],
    ['Back-off pulling image "127.0.0.1:5999/labapp:2"', 'Back-off pulling image "REGISTRY/labapp:2"'],
    ['pods "app-5d4f8c7b9d-" is forbidden', 'pods "app-HASH-" is forbidden'],
    ['Created job app-29384756', 'Created job app-MINUTE'],
    ['exceeded quota: quota, requested: requests.memory=64Mi', 'exceeded quota: quota, requested: requests.memory=64Mi'],
    [`error mounting "/tmp/lab/run/kubelet/pods/${UID}/volumes/kubernetes.io~empty-dir/data" to rootfs`, 'error mounting "KUBELET/pods/UID/volumes/kubernetes.io~empty-dir/data" to rootfs'],
  ])('takes from "%s" what no two runs have in common', (text, plain) => {
    expect(normalise(text)).toBe(plain);
  });
});

const object = (kind: string, name: string, rest: object = {}, owner?: string): KubeObject => ({
  apiVersion: 'v1', kind, metadata: { name, uid: `uid-of-${name}`, ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'x', name: owner, uid: `uid-of-${owner}` }] } : {}) }, ...rest,
});
const event = (about: KubeObject, reason: string, message: string): KubeObject => ({
  apiVersion: 'v1', kind: 'Event', metadata: { name: reason }, type: 'Warning', reason, message, source: { component: 'kubelet' },
  involvedObject: { kind: about.kind, name: about.metadata.name },
});

describe('observe', () => {
  const looping = object('Pod', 'app-x2x4z', {
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [app]', lastTransitionTime: '2026-01-05T09:00:00Z' }],
      containerStatuses: [{
        name: 'app', ready: false, started: false, restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 8s restarting failed container=app' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', containerID: 'containerd://1' } },
      }],
    },
  });

  test('says phase, conditions, states with reasons and exit codes, and events, in lines that another run would have, too', () => {
    expect(observe([looping], [event(looping, 'BackOff', 'Back-off restarting failed container app in pod app-x2x4z')])).toEqual([
      'Pod app-SUFFIX condition Ready False ContainersNotReady: containers with unready status: [app]',
      'Pod app-SUFFIX container app last terminated 137 OOMKilled',
      'Pod app-SUFFIX container app not ready, not started, restarted',
      'Pod app-SUFFIX container app waiting CrashLoopBackOff: back-off SPAN restarting failed container=app',
      'Pod app-SUFFIX phase Running',
      'event Pod app-SUFFIX Warning BackOff (kubelet): Back-off restarting failed container app in pod app-SUFFIX',
    ]);
  });

  test('says an event once, however often it came, and none about other objects', () => {
    const other = object('Pod', 'other');
    expect(observe([object('Pod', 'app-x2x4z')], [event(looping, 'A', 'a'), event(looping, 'A', 'a'), event(other, 'B', 'b')])).toHaveLength(1);
  });

  test('counts, but not rounds of reconciliation', () => {
    expect(observe([object('Deployment', 'app', { status: { observedGeneration: 4, replicas: 2, readyReplicas: 0 } })], [])).toEqual(['Deployment app replicas 2']);
  });
});

test('the family of an object is what it owns, down to pods, and nothing beside', () => {
  const objects = [object('Deployment', 'app'), object('ReplicaSet', 'app-1', {}, 'app'), object('Pod', 'app-1-1', {}, 'app-1'), object('Pod', 'stranger'), object('Deployment', 'other')];
  expect(family('Deployment/app', objects).map(({ metadata }) => metadata.name)).toEqual(['app', 'app-1', 'app-1-1']);
});

describe('compare', () => {
  test('keeps the lines that only one world has', () => {
    expect(compare(['a', 'b'], ['a', 'c'])).toEqual({ onlySandbox: ['b'], onlyReal: ['c'], stale: [] });
  });

  test('lets accepted lines go in their own world only, and names an accepted line that is not there', () => {
    const accepted = [{ only: 'real', line: /^c$/, why: 'x' }, { only: 'sandbox', line: /^gone$/, why: 'y' }] as const;
    expect(compare(['a', 'c2'], ['a', 'c'], accepted)).toEqual({ onlySandbox: ['c2'], onlyReal: [], stale: [accepted[1]] });
  });
});
