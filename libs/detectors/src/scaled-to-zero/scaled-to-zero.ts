import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { isLeaving, isObserved, ownerFinding, selects, wasChanged } from '../owners.ts';

const DOWNSCALERS = ['downscaler/original-replicas', 'downscaler/uptime', 'downscaler/downtime', 'downscaler/force-downtime', 'downscaler/downscale-period'];
const FIELDS = ['spec.replicas', 'spec.template.metadata.labels', 'status.observedGeneration', ...DOWNSCALERS.map((name) => `metadata.annotations.${name}`)];

interface View {
  readonly spec?: { readonly replicas?: number; readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } } };
}
interface Scaler {
  readonly spec?: { readonly minReplicas?: number; readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } };
}

/** A workload with no replica left although a Service or an autoscaler counts on it. */
export const scaledToZero: Detector = {
  kind: 'scaled-to-zero',
  classes: ['ScaledToZero'],
  reads: [
    { apiVersion: 'apps/v1', kind: 'Deployment', resource: 'deployments', fields: FIELDS },
    { apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets', fields: FIELDS },
    { apiVersion: 'v1', kind: 'Service', resource: 'services', fields: ['spec.selector', 'spec.type'] },
    { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['status.phase'] },
    { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', fields: ['spec.minReplicas', 'spec.scaleTargetRef'] },
  ],
  inspects: ['Deployment', 'StatefulSet'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (!['Deployment', 'StatefulSet'].includes(object.kind) || isLeaving(object) || !isObserved(object) || !wasChanged(object)) return [];
    const { spec = {} } = object as View;
    const annotations = object.metadata.annotations ?? {};
    if (spec.replicas !== 0 || DOWNSCALERS.some((name) => annotations[name] !== undefined)) return [];
    const scalers = scalersOf(object, world);
    if (scalers.some(startsFromZero)) return [];
    const wanted = emptyService(spec.template?.metadata?.labels ?? {}, object, world) ?? scalers[0];
    if (!wanted) return [];
    return ownerFinding(object, world, { class: 'ScaledToZero', reason: 'ScaledToZero', message: `no replica is wanted, although ${wanted.kind} ${wanted.metadata.name} counts on it` });
  },
};

function scalersOf(object: KubeObject, world: World): readonly KubeObject[] {
  return world.list('autoscaling/v2', 'HorizontalPodAutoscaler', object.metadata.namespace).filter((scaler) => {
    const { kind, name } = (scaler as Scaler & KubeObject).spec?.scaleTargetRef ?? {};
    return kind === object.kind && name === object.metadata.name;
  });
}

/** KEDA takes the last replica away itself, and so may an autoscaler that may go down to none. */
function startsFromZero(scaler: KubeObject): boolean {
  // KEDA marks its autoscalers; an owner may be of another kind of its own.
  return (scaler as Scaler & KubeObject).spec?.minReplicas === 0 || scaler.metadata.labels?.['scaledobject.keda.sh/name'] !== undefined || scaler.metadata.ownerReferences?.some(({ kind }) => kind === 'ScaledObject') === true;
}

/** A Service that selects the workload's pods and finds no other ones, as it would behind a second colour or a canary. */
function emptyService(labels: Readonly<Record<string, string>>, object: KubeObject, world: World): KubeObject | undefined {
  const { namespace } = object.metadata;
  const pods = world.list('v1', 'Pod', namespace).filter((pod) => !isLeaving(pod));
  return world.list('v1', 'Service', namespace).find((service) => {
    const { selector, type } = (service['spec'] ?? {}) as { readonly selector?: Readonly<Record<string, string>>; readonly type?: string };
    if (!selector || Object.keys(selector).length === 0 || type === 'ExternalName' || isLeaving(service)) return false;
    return selects({ matchLabels: selector }, labels) && !pods.some((pod) => selects({ matchLabels: selector }, pod.metadata.labels));
  });
}
