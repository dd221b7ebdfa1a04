import type { FailureEvent, RemediationRequest } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { stormOver } from './storm.ts';

const settings = { share: 0.4, atLeast: 20 };
const request = { spec: { clusters: ['prod-1', 'prod-2'] } } as unknown as RemediationRequest;
const failing = (owners: number): readonly FailureEvent[] => Array.from({ length: 2 * owners }, (_, n) => ({ finding: { target: { kind: 'Deployment', namespace: 'shop', name: `w-${n % owners}` } } }) as unknown as FailureEvent);
const over = (owners: number, pods: number | undefined) => stormOver({ open: (cluster) => (cluster === 'prod-2' ? failing(owners) : []), pods: () => pods }, request, settings);

it('names the cluster in which most of what runs fails', () => {
  expect(over(50, 100)).toMatchObject({ cluster: 'prod-2', reason: expect.stringContaining('50 workloads of prod-2') });
});

it.each<[string, number, number | undefined]>([
  ['a part of it fails', 40, 100],
  ['little runs at all', 19, 20],
  ['nobody knows how much runs', 50, undefined],
])('is silent where %s', (_, owners, pods) => {
  expect(over(owners, pods)).toBeUndefined();
});
