import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, running, world } from '../pod.fixture.ts';
import { stuckTerminating } from './stuck-terminating.ts';

const going = { deletionTimestamp: '2026-01-05T09:00:00Z', deletionGracePeriodSeconds: 30 };
const inspect = (metadata: object) => inspectPurely(stuckTerminating, aPod({ metadata: metadata as Partial<KubeObject['metadata']>, app: { state: running } }), world());

describe('stuck-terminating', () => {
  it('says whether a finalizer or its node holds the pod', () => {
    expect(inspect({ ...going, finalizers: ['example.org/drain'] })).toMatchObject([{ class: 'StuckTerminating', subCause: 'Finalizer', observation: { message: 'the pod waits for its finalizers example.org/drain' } }]);
    expect(inspect(going)).toMatchObject([{ class: 'StuckTerminating', subCause: 'Node', target: { kind: 'Deployment', name: 'checkout' } }]);
  });

  it('waits longer than any grace period that it looks at', () => {
    expect(stuckTerminating.dwell.time).toBeGreaterThan(240_000);
  });

  it('is silent about a pod that may take its time, and about one that lives', () => {
    expect(inspect({ ...going, deletionGracePeriodSeconds: 3600 })).toEqual([]);
    expect(inspect({})).toEqual([]);
  });
});
