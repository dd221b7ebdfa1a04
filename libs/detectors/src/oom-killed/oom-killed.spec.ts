import { fingerprintOf } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, running, terminated, waiting, world, type PodParts } from '../pod.fixture.ts';
import { oomKilled } from './oom-killed.ts';

const kill = terminated('OOMKilled', 137);
const inspect = (parts: PodParts) => inspectPurely(oomKilled, aPod(parts), world());

describe('oom-killed', () => {
  it('reports the Deployment and the container, with what was seen', () => {
    const [finding, ...others] = inspect({ app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: kill } });
    expect(others).toEqual([]);
    expect(finding).toEqual({
      class: 'OOMKilled',
      target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' },
      observation: { reason: 'OOMKilled', message: 'container app was killed for memory', exitCode: 137, restarts: 3, pod: 'checkout-7d9f8c6b5-x2x4z', image: 'registry.test/checkout:1.4.0', node: 'node-1' },
    });
  });

  it('sees one failure while the status alternates, also when the exit code does', () => {
    const states = [
      { restartCount: 1, state: kill, lastState: kill },
      { restartCount: 1, state: waiting('CrashLoopBackOff'), lastState: kill },
      { restartCount: 2, state: terminated('OOMKilled', 1), lastState: kill },
      { restartCount: 2, state: waiting('CrashLoopBackOff'), lastState: terminated('OOMKilled', 1) },
    ];
    const fingerprints = states.flatMap((app) => inspect({ app })).map((finding) => fingerprintOf('prod-1', finding));
    expect(fingerprints).toHaveLength(4);
    expect(new Set(fingerprints).size).toBe(1);
  });

  it('sees one failure in two pods of the same Deployment', () => {
    const [a, b] = ['checkout-7d9f8c6b5-aaaaa', 'checkout-7d9f8c6b5-bbbbb'].map((name) => inspect({ name, app: { restartCount: 1, state: kill, lastState: kill } })[0]);
    expect(a && b && fingerprintOf('prod-1', a) === fingerprintOf('prod-1', b)).toBe(true);
  });

  it('sees it in an init container', () => {
    const [finding] = inspect({ status: { phase: 'Pending', initContainerStatuses: [{ name: 'migrate', restartCount: 2, state: waiting('CrashLoopBackOff'), lastState: kill }] } });
    expect(finding?.target.container).toBe('migrate');
  });

  it('counts a first kill with no restart, so that its dwell is not reached', () => {
    const [finding] = inspect({ app: { restartCount: 0, state: kill } });
    expect(finding?.observation.restarts).toBe(0);
    expect(oomKilled.dwell.restarts).toBe(1);
  });

  it.each<[string, PodParts]>([
    ['a container that runs, whatever ended it once', { app: { restartCount: 1, state: running, lastState: kill } }],
    ['a first kill after restarts for other reasons', { app: { restartCount: 5, state: kill, lastState: terminated('Error', 1) } }],
    ['a SIGKILL that was not for memory', { app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: terminated('Error', 137) } }],
    ['a pod that is being deleted', { metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' }, app: { restartCount: 3, state: kill, lastState: kill } }],
    ['a pod that was evicted for memory', { status: { phase: 'Failed', reason: 'Evicted', containerStatuses: [{ name: 'app', restartCount: 1, state: kill, lastState: kill }] } }],
    ['a finished pod that is not restarted in place', { spec: { restartPolicy: 'Never' }, app: { restartCount: 0, state: kill } }],
    ['a healthy pod', { app: { state: running, ready: true } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
