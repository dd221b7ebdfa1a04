import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, condition, worldOf } from '../owner.fixture.ts';
import { autoscalerLimited } from './autoscaler-limited.ts';

const active = condition('ScalingActive', 'True', 'ValidMetricFound');
const limited = condition('ScalingLimited', 'True', 'TooManyReplicas', 'the desired replica count is more than the maximum replica count');
const inspect = (conditions: readonly ReturnType<typeof condition>[], currentReplicas = 4) =>
  inspectPurely(autoscalerLimited, anOwner('HorizontalPodAutoscaler', { name: 'checkout-hpa', spec: { maxReplicas: 4, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' } }, status: { conditions, currentReplicas } }), worldOf());

describe('autoscaler-limited', () => {
  it('reports an autoscaler at its maximum that wants more', () => {
    expect(inspect([active, limited])).toMatchObject([{ class: 'AutoscalerLimited', subCause: 'TooManyReplicas', target: { kind: 'HorizontalPodAutoscaler', name: 'checkout-hpa' }, cause: { kind: 'Deployment', name: 'checkout' } }]);
  });

  it.each([
    ['one that is still on its way up', [active, limited], 2],
    ['one that is held at its minimum', [active, condition('ScalingLimited', 'True', 'TooFewReplicas')], 4],
    ['one that is where it wants to be', [active, condition('ScalingLimited', 'False', 'DesiredWithinRange')], 4],
    ['one that cannot count, whose last limit is old', [condition('ScalingActive', 'False', 'FailedGetResourceMetric'), limited], 4],
  ])('is silent about %s', (_what, conditions, current) => {
    expect(inspect(conditions, current)).toEqual([]);
  });
});
