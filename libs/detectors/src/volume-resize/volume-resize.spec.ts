import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aClaim, claimEvent, user, world } from '../claim.fixture.ts';
import { volumeResize } from './volume-resize.ts';

const growing = (conditions: readonly object[] = [], capacity = '10Gi') => aClaim({ spec: { resources: { requests: { storage: '20Gi' } } }, status: { phase: 'Bound', capacity: { storage: capacity }, conditions } });
const inspect = (claim: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(volumeResize, claim, world(...others));

describe('volume-resize', () => {
  it.each<[string, KubeObject, readonly KubeObject[], string]>([
    ['the driver refuses', growing([{ type: 'ControllerResizeError', status: 'True', message: 'quota exceeded' }]), [], 'ControllerResizeError'],
    ['the node refuses', growing([{ type: 'NodeResizeError', status: 'True' }]), [], 'NodeResizeError'],
    ['an older cluster says it in an event', growing(), [claimEvent('VolumeResizeFailed', 'resize volume failed: rpc error')], 'ResizeFailed'],
    ['the file system waits for a new pod', growing([{ type: 'FileSystemResizePending', status: 'True' }]), [], 'FileSystemResizePending'],
  ])('reports a claim that does not grow: %s', (_what, claim, others, subCause) => {
    expect(inspect(claim, user, ...others)).toMatchObject([{ class: 'VolumeResizeFailed', subCause, target: { kind: 'Deployment', name: 'checkout' }, cause: { kind: 'PersistentVolumeClaim', name: 'data' } }]);
  });

  it('gives it five minutes', () => {
    expect(volumeResize.dwell.time).toBe(300_000);
  });

  it.each<[string, KubeObject, readonly KubeObject[]]>([
    ['a claim that grows', growing([{ type: 'Resizing', status: 'True' }]), []],
    ['a claim that has grown since', growing([], '20Gi'), [claimEvent('VolumeResizeFailed', 'resize volume failed: rpc error')]],
    ['a claim that has no volume yet', aClaim({ spec: { resources: { requests: { storage: '20Gi' } } } }), []],
  ])('is silent about %s', (_what, claim, others) => {
    expect(inspect(claim, ...others)).toEqual([]);
  });
});
