import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, condition, worldOf } from '../owner.fixture.ts';
import { autoscalerInactive } from './autoscaler-inactive.ts';

const METRIC = 'the HPA was unable to compute the replica count: ';
const inspect = (conditions: readonly ReturnType<typeof condition>[], status: Readonly<Record<string, unknown>> = {}) =>
  inspectPurely(autoscalerInactive, anOwner('HorizontalPodAutoscaler', { name: 'checkout-hpa', spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' } }, status: { conditions, ...status } }), worldOf());
const inactive = (reason: string, message: string) => [condition('AbleToScale', 'True', 'SucceededGetScale'), condition('ScalingActive', 'False', reason, `${METRIC}${message}`)];

describe('autoscaler-inactive', () => {
  it('reports an autoscaler whose target does not exist', () => {
    expect(inspect([condition('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: deployments.apps "chekout" not found`)])).toMatchObject([{
      class: 'AutoscalerInactive', subCause: 'TargetNotFound', target: { kind: 'HorizontalPodAutoscaler', name: 'checkout-hpa' }, cause: { kind: 'Deployment', name: 'checkout' }, observation: { reason: 'FailedGetScale' },
    }]);
  });

  it('reports the container without the request that it is measured by: the workload is what fails', () => {
    expect(inspect(inactive('FailedGetResourceMetric', 'failed to get cpu utilization: missing request for cpu in container app of Pod checkout-7d9f8c6b5-x2x4z'))).toEqual([{
      class: 'AutoscalerInactive', subCause: 'MissingRequest', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' }, cause: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'checkout-hpa' },
      observation: { reason: 'FailedGetResourceMetric', message: 'container app has no request for cpu, by which its autoscaler checkout-hpa counts' },
    }]);
  });

  it.each([
    ['ContainerNotFound', 'FailedGetContainerResourceMetric', 'failed to get cpu utilization: unable to get metrics for resource cpu: container sidecar not present in metrics for pod shop/checkout-1'],
    ['MetricsUnavailable', 'FailedGetResourceMetric', 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)'],
    ['MetricsUnavailable', 'FailedGetExternalMetric', 'unable to get external metric shop/queue/nil: unable to fetch metrics from external metrics API: queue not found'],
    ['AmbiguousSelector', 'AmbiguousSelector', 'pods by selector app=checkout are controlled by multiple HPAs: [shop/a shop/b]'],
    ['InvalidMetricSourceType', 'InvalidMetricSourceType', 'unknown metric source type'],
  ])('tells %s', (subCause, reason, message) => {
    expect(inspect(inactive(reason, message))).toMatchObject([{ subCause }]);
  });

  it('reports a metrics API that was there once and is not any more', () => {
    const gone = inactive('FailedGetResourceMetric', 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)');
    expect(inspect(gone, { lastScaleTime: '2026-01-05T08:00:00Z' })).toMatchObject([{ subCause: 'MetricsUnavailable' }]);
    expect(inspect(gone)).toEqual([]);
  });

  it.each([
    ['an autoscaler that works', [condition('AbleToScale', 'True', 'ReadyForNewScale'), condition('ScalingActive', 'True', 'ValidMetricFound')]],
    ['one whose target has no replicas, which is told by another', inactive('ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')],
    ['pods that are not ready yet', inactive('FailedGetResourceMetric', 'failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)')],
    ['metrics of pods that have just begun', inactive('FailedGetResourceMetric', 'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API')],
    ['one that has not been looked at', []],
  ])('is silent about %s', (_what, conditions) => {
    expect(inspect(conditions)).toEqual([]);
  });
});
