import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, running, terminated, waiting, world, type PodParts } from '../pod.fixture.ts';
import { initStuck } from './init-stuck.ts';

const inspect = (parts: PodParts) => inspectPurely(initStuck, aPod(parts), world());
const withInit = (state: object, init: object = {}): PodParts => ({
  spec: { initContainers: [{ name: 'wait-for-db', image: 'registry.test/wait:1', ...init }] },
  status: { phase: 'Pending', initContainerStatuses: [{ name: 'wait-for-db', restartCount: 0, state }], containerStatuses: [{ name: 'app', restartCount: 0, state: waiting('PodInitializing') }] },
});

describe('init-stuck', () => {
  it('reports an init container that runs, and only that', () => {
    expect(inspect(withInit(running))).toMatchObject([{ class: 'InitContainerStuck', target: { kind: 'Deployment', name: 'checkout', container: 'wait-for-db' }, observation: { reason: 'PodInitializing' } }]);
  });

  it('gives a migration two minutes', () => {
    expect(initStuck.dwell.time).toBe(120_000);
  });

  it.each<[string, PodParts]>([
    ['a sidecar, which is meant to run', withInit(running, { restartPolicy: 'Always' })],
    ['an init container that has ended', withInit(terminated('Completed', 0))],
    ['an init container that fails, which is a crash loop', withInit(waiting('CrashLoopBackOff'))],
    ['the container of the pod, however long it runs', { app: { state: running } }],
    ['a pod that is being deleted', { ...withInit(running), metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});
