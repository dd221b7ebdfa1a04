import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aClaim, claimEvent, user, world } from '../claim.fixture.ts';
import { claimLost } from './claim-lost.ts';

const lost = aClaim({ spec: { volumeName: 'pv-1' }, status: { phase: 'Lost' } });
const inspect = (claim: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(claimLost, claim, world(...others));

describe('claim-lost', () => {
  it('reports a claim whose volume is gone', () => {
    expect(inspect(lost)).toMatchObject([{ class: 'PersistentVolumeClaimLost', subCause: 'VolumeGone', target: { kind: 'PersistentVolumeClaim', name: 'data' }, cause: { kind: 'PersistentVolume', name: 'pv-1' } }]);
  });

  it('is about the workload that mounts it, and tells a volume of another claim apart', () => {
    expect(inspect(lost, user, claimEvent('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly'))).toMatchObject([{ subCause: 'Misbound', target: { kind: 'Deployment', name: 'checkout' }, cause: { kind: 'PersistentVolumeClaim' } }]);
  });

  it.each([
    ['a claim that is bound', aClaim({ status: { phase: 'Bound' } })],
    ['a claim that waits', aClaim()],
    ['a claim that is being deleted', { ...lost, metadata: { ...lost.metadata, deletionTimestamp: '2026-01-05T09:00:00Z' } }],
  ])('is silent about %s', (_what, claim) => {
    expect(inspect(claim)).toEqual([]);
  });
});
