import { readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { matchesSelector } from '../runtime/selectors.ts';
import type { MetricSpec, MetricTarget } from '../shapes/autoscaler.ts';
import type { LabelSelector, Pod } from '../shapes/pod.ts';
import { isReady } from './owned-pods.ts';
import type { PodMetrics } from './pod-metrics.ts';

/** A metric that gives no count, with the reason of the condition and the words of the event. */
export class MetricError extends Error {
  readonly reason: string;
  /** As the error about all metrics wraps it. */
  readonly wrapped: string;
  constructor(reason: string, wrap: string, message: string) {
    super(message);
    this.reason = reason;
    this.wrapped = `${wrap}: ${message}`;
  }
}

export interface Proposal {
  readonly replicas: number;
  /** `cpu resource utilization (percentage of request)`. */
  readonly metric: string;
  readonly status: Readonly<Record<string, unknown>>;
}

/** Usage within a tenth of the target changes nothing. */
const TOLERANCE = 0.1;

interface Scaled {
  readonly object: KubeObject;
  readonly replicas: number;
}

/** How many replicas one metric asks for. Texts and rounding follow the replica calculator of Kubernetes 1.34. */
export function proposeReplicas(context: PhysicsContext, metrics: PodMetrics, spec: MetricSpec, scaled: Scaled): Proposal {
  const { namespace = '' } = scaled.object.metadata;
  switch (spec.type) {
    case 'Resource': {
      const { name = '', target = {} } = spec.resource ?? {};
      return fromUsage({ context, metrics, scaled, resource: name, target, container: undefined, reason: 'FailedGetResourceMetric', wrap: `failed to get ${name} resource metric value` });
    }
    case 'ContainerResource': {
      const { name = '', target = {}, container = '' } = spec.containerResource ?? {};
      return fromUsage({ context, metrics, scaled, resource: name, target, container, reason: 'FailedGetContainerResourceMetric', wrap: `failed to get ${container} container metric value` });
    }
    case 'Pods': {
      const name = spec.pods?.metric.name ?? '';
      throw new MetricError('FailedGetPodsMetric', 'failed to get pods metric value', `unable to get metric ${name}: ${NO_CUSTOM}`);
    }
    case 'Object': {
      const { metric, describedObject } = spec.object ?? {};
      // The real format string takes its arguments in this order.
      throw new MetricError('FailedGetObjectMetric', 'failed to get object metric value', `unable to get metric ${metric?.name ?? ''}: ${describedObject?.kind ?? ''} on ${namespace} ${describedObject?.name ?? ''}/${NO_CUSTOM}`);
    }
    case 'External': {
      const name = spec.external?.metric.name ?? '';
      throw new MetricError('FailedGetExternalMetric', `failed to get ${name} external metric value`, `unable to get external metric ${namespace}/${name}/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`);
    }
    default:
      throw new MetricError('InvalidMetricSourceType', 'unknown metric source type', `unknown metric source type ${JSON.stringify(spec.type)}`);
  }
}

const NO_CUSTOM = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

interface Usage {
  readonly context: PhysicsContext;
  readonly metrics: PodMetrics;
  readonly scaled: Scaled;
  readonly resource: string;
  readonly target: MetricTarget;
  readonly container: string | undefined;
  readonly reason: string;
  readonly wrap: string;
}

function fromUsage({ context, metrics, scaled, resource, target, container, reason, wrap }: Usage): Proposal {
  const what = target.averageUtilization === undefined ? 'usage' : 'utilization';
  const fail = (message: string): never => {
    throw new MetricError(reason, wrap, `failed to get ${resource} ${what}: ${message}`);
  };
  const unable = (message: string) => fail(`unable to get metrics for resource ${resource}: ${message}`);
  if (!metrics.served) return unable('unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)');
  const { selector } = scaled.object['spec'] as { readonly selector?: LabelSelector };
  const pods = context.objects.list<Pod>('v1', 'Pod', { namespace: scaled.object.metadata.namespace ?? '' }).filter((pod) => matchesSelector(selector, pod.metadata.labels) && pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded');
  const measured = pods.flatMap((pod) => {
    const usage = metrics.usage(pod, resource);
    return usage ? [{ pod, usage }] : [];
  });
  if (measured.length === 0) return unable('no metrics returned from resource metrics API');
  const without = container === undefined ? undefined : measured.find(({ usage }) => !usage.has(container));
  if (without) return unable(`container ${container ?? ''} not present in metrics for pod ${without.pod.metadata.namespace ?? ''}/${without.pod.metadata.name}`);
  const counted = measured.filter(({ pod }) => isReady(pod));
  if (counted.length === 0) return fail('did not receive metrics for targeted pods (pods might be unready)');
  const used = counted.reduce((sum, { usage }) => sum + [...usage].filter(([name]) => container === undefined || name === container).reduce((all, [, amount]) => all + amount, 0n), 0n);
  const label = `${resource} ${container === undefined ? '' : 'container '}resource`;
  const average = used / BigInt(counted.length);
  if (target.averageUtilization === undefined) {
    const wanted = milli(target.averageValue);
    const ratio = Number(average) / Number(wanted === 0n ? 1n : wanted);
    return { replicas: countOf(ratio, counted.length, scaled.replicas), metric: label, status: statusOf(resource, container, { averageValue: render(average, resource) }) };
  }
  const requested = counted.reduce((sum, { pod }) => sum + requestsOf(pod, resource, container, fail), 0n);
  // All pods count, also those that are not ready: a request that is missing anywhere is an error.
  for (const { pod } of measured) requestsOf(pod, resource, container, fail);
  const utilization = requested === 0n ? 0 : Number((used * 100n) / requested);
  return {
    replicas: countOf(utilization / target.averageUtilization, counted.length, scaled.replicas),
    metric: `${label} utilization (percentage of request)`,
    status: statusOf(resource, container, { averageUtilization: utilization, averageValue: render(average, resource) }),
  };
}

function countOf(ratio: number, ready: number, current: number): number {
  return Math.abs(1 - ratio) <= TOLERANCE ? current : Math.ceil(ratio * ready);
}

function requestsOf(pod: Pod, resource: string, container: string | undefined, fail: (message: string) => never): bigint {
  const counted = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')].filter(({ name }) => container === undefined || name === container);
  return counted.reduce((sum, { name, resources }) => {
    const request = resources?.requests?.[resource];
    return sum + (request === undefined ? fail(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`) : milli(request));
  }, 0n);
}

function milli(amount: string | number | undefined): bigint {
  return (readQuantity(amount) ?? 0n) / 1_000_000n;
}

function render(thousandths: bigint, resource: string): string {
  return resource === 'cpu' ? `${thousandths}m` : String(thousandths / 1000n);
}

function statusOf(resource: string, container: string | undefined, current: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return container === undefined ? { type: 'Resource', resource: { name: resource, current } } : { type: 'ContainerResource', containerResource: { name: resource, container, current } };
}
