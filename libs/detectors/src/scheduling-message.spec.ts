import { expect, it } from 'vitest';
import { nearestMisfit, readMisfits } from './scheduling-message.ts';

const AFTER = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

it.each([
  [`0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory. ${AFTER}`, ['1 Taint', '2 InsufficientResources', '2 InsufficientResources'], 'InsufficientResources'],
  ['0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn\'t match Pod\'s node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.', ['1 Taint', '2 NodeSelector'], 'NodeSelector'],
  ['0/3 nodes are available: 3 node(s) were unschedulable.', ['3 NodeUnschedulable'], 'NodeUnschedulable'],
  ["0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 2 node(s) didn't satisfy existing pods anti-affinity rules.", ['1 PodAffinity', '2 PodAffinity'], 'PodAffinity'],
  [`0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label). ${AFTER}`, ['3 TopologySpread'], 'TopologySpread'],
  [`0/3 nodes are available: 1 Too many pods, 2 node(s) didn't have free ports for the requested pod ports. ${AFTER}`, ['1 TooManyPods', '2 HostPort'], 'TooManyPods'],
  [`0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. ${AFTER}`, ['0 VolumeBinding'], 'VolumeBinding'],
  [`0/3 nodes are available: persistentvolumeclaim "data" not found. ${AFTER}`, ['0 VolumeBinding'], 'VolumeBinding'],
  [`0/3 nodes are available: 3 node(s) didn't match PersistentVolume's node affinity. ${AFTER}`, ['3 VolumeBinding'], 'VolumeBinding'],
  ['0/3 nodes are available: 3 node(s) had volume node affinity conflict.', ['3 VolumeBinding'], 'VolumeBinding'],
  ['0/3 nodes are available: 3 node(s) exceed max volume count.', ['3 VolumeBinding'], 'VolumeBinding'],
  ['0/3 nodes are available: 3 Insufficient nvidia.com/gpu.', ['3 InsufficientResources'], 'InsufficientResources'],
  ['no nodes available to schedule pods', [], undefined],
  ['0/3 nodes are available: 3 node(s) are painted blue.', ['3 undefined'], undefined],
])('%s', (message, reasons, nearest) => {
  const misfits = readMisfits(message);
  expect(misfits.reasons.map(({ nodes, subCause }) => `${nodes} ${String(subCause)}`)).toEqual(reasons);
  expect(nearestMisfit(misfits)).toBe(nearest);
});
