import { minutes } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { conditionOf, isLeaving, isObserved, ownerFinding } from '../owners.ts';

interface View {
  readonly spec?: { readonly maxReplicas?: number; readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string } };
  readonly status?: { readonly currentReplicas?: number };
}

/** An autoscaler that wants more replicas than it may have, for longer than a peak. */
export const autoscalerLimited: Detector = {
  kind: 'autoscaler-limited',
  classes: ['AutoscalerLimited'],
  reads: [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', fields: ['spec.maxReplicas', 'spec.scaleTargetRef', 'status.observedGeneration', 'status.conditions', 'status.currentReplicas'] }],
  inspects: ['HorizontalPodAutoscaler'],
  dwell: { time: minutes(2) },
  explainedBy: ['autoscaler-inactive', 'creation-refused'],
  explainedByPods: true,
  inspect: (object, world) => {
    if (object.kind !== 'HorizontalPodAutoscaler' || isLeaving(object) || !isObserved(object)) return [];
    const { spec = {}, status = {} } = object as View & KubeObject;
    const limited = conditionOf(object, 'ScalingLimited');
    if (limited?.status !== 'True' || limited.reason !== 'TooManyReplicas') return [];
    if (conditionOf(object, 'ScalingActive')?.status !== 'True' || (status.currentReplicas ?? 0) < (spec.maxReplicas ?? Infinity)) return [];
    const { apiVersion = 'apps/v1', kind = 'Deployment', name = '' } = spec.scaleTargetRef ?? {};
    const cause = { apiVersion, kind, ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }), name };
    return ownerFinding(object, world, { class: 'AutoscalerLimited', subCause: 'TooManyReplicas', reason: 'TooManyReplicas', message: 'its metrics ask for more replicas than it may have', cause });
  },
};
