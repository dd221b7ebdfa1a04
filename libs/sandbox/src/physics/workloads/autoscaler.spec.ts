import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import { LABAPP_IMAGE } from '../../images/catalog.ts';
import type { KubeObject } from '../../objects.ts';
import type { Autoscaler } from '../shapes/autoscaler.ts';
import { smallCluster, type SmallCluster } from '../spec-support/small-cluster.ts';

const labels = { app: 'web' };
const web = ({ memory, requests = { cpu: '50m', memory: '64Mi' }, replicas = 1 }: { readonly memory?: string; readonly requests?: Readonly<Record<string, string>>; readonly replicas?: number } = {}): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: LABAPP_IMAGE, args: ['--listen=8080', ...(memory ? [`--hold-memory=${memory}`] : [])], resources: { requests } }] } } },
});
const utilization = (name: string, percent: number) => ({ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization: percent } } });
const scaler = (spec: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 3, metrics: [utilization('memory', 50)], ...spec },
});
const status = (cluster: SmallCluster) => cluster.objects.get<Autoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop', 'web')?.status;
const condition = (cluster: SmallCluster, type: string) => status(cluster)?.conditions?.find((one) => one.type === type);

async function run({ objects, served = true }: { readonly objects: readonly KubeObject[]; readonly served?: boolean }): Promise<SmallCluster> {
  const cluster = smallCluster();
  if (served) cluster.physics.serveMetrics();
  cluster.apply(...objects);
  await cluster.clock.run(minutes(1));
  return cluster;
}

describe('an autoscaler', () => {
  test('in a cluster without a metrics API says that nobody serves one', async () => {
    const cluster = await run({ objects: [web(), scaler({ metrics: [utilization('cpu', 80)] })], served: false });
    const words = 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
    expect(condition(cluster, 'ScalingActive')).toMatchObject({ status: 'False', reason: 'FailedGetResourceMetric', message: `the HPA was unable to compute the replica count: ${words}` });
    expect(condition(cluster, 'AbleToScale')).toMatchObject({ status: 'True', reason: 'SucceededGetScale' });
    expect(cluster.events('FailedGetResourceMetric')[0]?.message).toBe(words);
    expect(cluster.events('FailedComputeMetricsReplicas')[0]?.message).toBe(`invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${words}`);
  });

  test('whose target does not exist cannot read its scale', async () => {
    const cluster = await run({ objects: [scaler({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'wbe' } })] });
    expect(status(cluster)?.conditions).toMatchObject([{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message: `the HPA controller was unable to get the target's current scale: deployments.apps "wbe" not found` }]);
  });

  test('scales up to its maximum by what pods use, and says that it is limited', async () => {
    const cluster = await run({ objects: [web({ memory: '60Mi' }), scaler({ maxReplicas: 2 })] });
    expect(cluster.deployment('web').spec.replicas).toBe(2);
    expect(cluster.events('SuccessfulRescale')[0]?.message).toBe('New size: 2; reason: memory resource utilization (percentage of request) above target');
    expect(condition(cluster, 'ScalingLimited')).toMatchObject({ status: 'True', reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' });
    expect(condition(cluster, 'ScalingActive')).toMatchObject({ status: 'True', reason: 'ValidMetricFound' });
    expect(status(cluster)).toMatchObject({ currentReplicas: 2, desiredReplicas: 2, lastScaleTime: expect.stringMatching(/Z$/) });
  });

  test('takes replicas away only after five minutes', async () => {
    const cluster = await run({ objects: [web({ replicas: 3 }), scaler()] });
    expect(cluster.deployment('web').spec.replicas).toBe(3);
    await cluster.clock.run(minutes(6));
    expect(cluster.deployment('web').spec.replicas).toBe(1);
  });

  test('names the container that has no request for what it measures', async () => {
    const cluster = await run({ objects: [web({ requests: { memory: '64Mi' } }), scaler({ metrics: [utilization('cpu', 80)] })] });
    expect(condition(cluster, 'ScalingActive')?.message).toMatch(/^the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container app of Pod web-/);
  });

  test('of a target without replicas is disabled', async () => {
    const cluster = await run({ objects: [web({ replicas: 0 }), scaler()] });
    expect(condition(cluster, 'ScalingActive')).toMatchObject({ status: 'False', reason: 'ScalingDisabled' });
  });

  test('brings the number of replicas into its bounds without any metric', async () => {
    const cluster = await run({ objects: [web({ replicas: 5 }), scaler()], served: false });
    expect(cluster.deployment('web').spec.replicas).toBe(3);
    await cluster.clock.run(seconds(20));
    expect(cluster.errors).toEqual([]);
  });
});
