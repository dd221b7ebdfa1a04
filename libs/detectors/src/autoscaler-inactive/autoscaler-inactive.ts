import { seconds } from '@fleetmend/kernel';
import type { Finding, KubeObject, ObjectRef } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { conditionOf, isLeaving, isObserved, type Condition } from '../owners.ts';

interface View {
  readonly spec?: { readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string } };
  readonly status?: { readonly lastScaleTime?: string };
}
interface Trouble {
  readonly subCause: string;
  readonly message: string;
  /** The failure is in the workload: that is what is repaired. */
  readonly inWorkload?: { readonly container: string };
}

/** An autoscaler that cannot count its replicas, or cannot reach what it scales. */
export const autoscalerInactive: Detector = {
  kind: 'autoscaler-inactive',
  classes: ['AutoscalerInactive'],
  reads: [
    { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', fields: ['spec.scaleTargetRef', 'status.observedGeneration', 'status.conditions', 'status.lastScaleTime'] },
    ...['Deployment', 'StatefulSet'].map((kind) => ({ apiVersion: 'apps/v1', kind, resource: `${kind.toLowerCase()}s`, fields: [] })),
  ],
  inspects: ['HorizontalPodAutoscaler'],
  dwell: { time: seconds(60) },
  explainedBy: ['scaled-to-zero', 'creation-refused'],
  explainedByPods: true,
  inspect: (object) => {
    if (object.kind !== 'HorizontalPodAutoscaler' || isLeaving(object) || !isObserved(object)) return [];
    const able = conditionOf(object, 'AbleToScale');
    const active = conditionOf(object, 'ScalingActive');
    const trouble = (able?.status === 'False' ? reachTrouble(able) : undefined) ?? (active?.status === 'False' ? metricTrouble(active, object) : undefined);
    return trouble ? [findingOf(object, trouble, (able?.status === 'False' ? able.reason : active?.reason) ?? trouble.subCause)] : [];
  },
};

function findingOf(object: KubeObject, { subCause, message, inWorkload }: Trouble, reason: string): Finding {
  const place = object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace };
  const self: ObjectRef = { apiVersion: object.apiVersion, kind: object.kind, ...place, name: object.metadata.name };
  const { apiVersion = 'apps/v1', kind = 'Deployment', name = '' } = (object as View & KubeObject).spec?.scaleTargetRef ?? {};
  const scaled: ObjectRef = { apiVersion, kind, ...place, name };
  const about = inWorkload ? { target: { ...scaled, container: inWorkload.container }, cause: self } : { target: self, cause: scaled };
  return { class: 'AutoscalerInactive', subCause, ...about, observation: { reason: reason.slice(0, 128), message } };
}

function reachTrouble({ reason, message = '' }: Condition): Trouble {
  if (reason === 'FailedGetScale' && /not found|no matches for kind|could not find the requested resource/.test(message)) return { subCause: 'TargetNotFound', message: 'what it is to scale does not exist' };
  return { subCause: reason ?? 'FailedGetScale', message: 'it cannot read or change the size of what it scales' };
}

/**
 * Pods that are not ready yet give no metrics, and a target of no replicas needs none: both are told by others, or are nothing. A cluster
 * without the metrics API never had an autoscaler that worked: that is how it was set up, and no failure of today.
 */
function metricTrouble({ reason, message = '' }: Condition, object: KubeObject): Trouble | undefined {
  if (reason === 'ScalingDisabled' || /did not receive metrics|no pods returned|no metrics returned/.test(message)) return undefined;
  const request = /missing request for (\S+) in container (\S+) of Pod/.exec(message);
  if (request) return { subCause: 'MissingRequest', message: `container ${request[2] ?? ''} has no request for ${request[1] ?? ''}, by which its autoscaler ${object.metadata.name} counts`, inWorkload: { container: request[2] ?? '' } };
  if (/container \S+ not present in metrics/.test(message)) return { subCause: 'ContainerNotFound', message: 'a metric is about a container that its pods do not have' };
  if (reason === 'InvalidMetricSourceType' || reason === 'InvalidSelector' || reason === 'AmbiguousSelector') return { subCause: reason, message: reason === 'AmbiguousSelector' ? 'another autoscaler scales the same pods' : 'a metric, or the selector of its target, is not valid' };
  const worked = (object as View & KubeObject).status?.lastScaleTime !== undefined;
  if (/could not find the requested resource|no matches for|no custom metrics API|no external metrics API/.test(message) && !worked) return undefined;
  return { subCause: 'MetricsUnavailable', message: 'it gets no value for a metric' };
}
