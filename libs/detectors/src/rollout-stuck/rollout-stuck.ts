import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { conditionOf, isLeaving, isObserved, ownerFinding } from '../owners.ts';

/** A Deployment whose rollout made no progress within its deadline, for a reason that no pod shows. */
export const rolloutStuck: Detector = {
  kind: 'rollout-stuck',
  classes: ['ProgressDeadlineExceeded'],
  reads: [{ apiVersion: 'apps/v1', kind: 'Deployment', resource: 'deployments', fields: ['spec.paused', 'status.observedGeneration', 'status.conditions'] }],
  inspects: ['Deployment'],
  // The controller has waited for the whole deadline already; this is for a pod's own failure to be seen first.
  dwell: { time: seconds(30) },
  explainedBy: ['creation-refused'],
  explainedByPods: true,
  inspect: (object, world) => {
    const progress = conditionOf(object, 'Progressing');
    const { paused } = (object['spec'] ?? {}) as { readonly paused?: boolean };
    if (object.kind !== 'Deployment' || isLeaving(object) || paused === true || !isObserved(object)) return [];
    if (progress?.status !== 'False' || progress.reason !== 'ProgressDeadlineExceeded') return [];
    return ownerFinding(object, world, { class: 'ProgressDeadlineExceeded', reason: 'ProgressDeadlineExceeded', message: 'the rollout made no progress within its deadline' });
  },
};
