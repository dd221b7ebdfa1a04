import { StatusError } from '../../objects.ts';
import type { KubeObject } from '../../objects.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerReference, keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import { randomSuffix } from '../runtime/names.ts';
import { sameJson } from '../runtime/same-json.ts';
import { matchesLabels } from '../runtime/selectors.ts';
import type { Service } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { isReady } from '../workloads/owned-pods.ts';
import { targetPortOf } from './reach.ts';

const SLICE_AS = controllerIdentity('endpointslice-controller');
const ENDPOINTS_AS = controllerIdentity('endpoint-controller');

/** Keeps Endpoints and one EndpointSlice per Service with a selector: ready pods as addresses, the others as not ready. */
export function startEndpoints(context: PhysicsContext): void {
  const { objects, clock, signal, failed } = context;
  const loop = startLoop({
    name: 'endpointslice-controller',
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const service = objects.get<Service>('v1', 'Service', namespace, name);
      if (service?.spec.selector && !service.metadata.deletionTimestamp) publish(context, service);
      if (!service) withdraw(context, namespace, name);
      return undefined;
    },
  });
  const faces = new Map<string, string>();
  const ends = [
    objects.watch('v1', 'Service', ({ object }) => loop.enqueue(keyOf(object))),
    objects.watch('v1', 'Pod', ({ type, object }) => {
      const pod = object as Pod;
      const face = type === 'DELETED' ? '' : faceOf(pod);
      if (faces.get(keyOf(pod)) === face) return;
      if (face === '') faces.delete(keyOf(pod));
      else faces.set(keyOf(pod), face);
      for (const service of objects.list<Service>('v1', 'Service', { namespace: pod.metadata.namespace ?? 'default' })) if (service.spec.selector) loop.enqueue(keyOf(service));
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

/** What of a pod a Service can show. A crash loop changes much else. */
function faceOf(pod: Pod): string {
  const { uid, labels, deletionTimestamp } = pod.metadata;
  return JSON.stringify([uid, labels, deletionTimestamp, pod.status?.podIP, pod.status?.phase, isReady(pod), pod.spec.nodeName]);
}

function withdraw({ objects }: PhysicsContext, namespace: string, name: string): void {
  if (objects.get('v1', 'Endpoints', namespace, name)) objects.delete('v1', 'Endpoints', namespace, name);
  for (const slice of slicesOf({ objects }, namespace, name)) objects.delete('discovery.k8s.io/v1', 'EndpointSlice', namespace, slice.metadata.name);
}

function slicesOf({ objects }: Pick<PhysicsContext, 'objects'>, namespace: string, service: string): readonly KubeObject[] {
  return objects.list('discovery.k8s.io/v1', 'EndpointSlice', { namespace, labels: { 'kubernetes.io/service-name': service } });
}

function publish(context: PhysicsContext, service: Service): void {
  const { objects } = context;
  const pods = objects
    .list<Pod>('v1', 'Pod', { namespace: service.metadata.namespace ?? 'default' })
    .filter((pod) => matchesLabels(service.spec.selector ?? {}, pod.metadata.labels) && pod.status?.podIP !== undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed')
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  put(context, endpointsOf(service, pods), ENDPOINTS_AS);
  const before = slicesOf(context, service.metadata.namespace ?? 'default', service.metadata.name)[0];
  put(context, sliceOf(service, pods, before?.metadata.name ?? `${service.metadata.name}-${randomSuffix(context.random)}`), SLICE_AS);
}

function put({ objects }: PhysicsContext, wanted: KubeObject, as: typeof SLICE_AS): void {
  const before = objects.get(wanted.apiVersion, wanted.kind, wanted.metadata.namespace, wanted.metadata.name);
  if (!before) {
    try {
      objects.create(wanted, as);
    } catch (error) {
      // Nothing may be made in a namespace that goes away.
      if (!(error instanceof StatusError) || error.code !== 403) throw error;
    }
    return;
  }
  const next = { ...before, ...wanted, metadata: { ...before.metadata, ...wanted.metadata } };
  if (!sameJson(next, before)) objects.update<KubeObject>(next, as);
}

/** Named ports resolve per pod; a port that no pod has is left out. */
function portsOf(service: Service, pods: readonly Pod[]): readonly { readonly name: string; readonly port: number; readonly protocol: string }[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const numbers = pods.map((pod) => targetPortOf(port, pod)).filter((number) => number !== undefined);
    const number = numbers[0] ?? (typeof port.targetPort === 'string' ? undefined : (port.targetPort ?? port.port));
    return number === undefined ? [] : [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP' }];
  });
}

function targetOf(pod: Pod) {
  return { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid };
}

function endpointsOf(service: Service, pods: readonly Pod[]): KubeObject {
  const live = pods.filter((pod) => !pod.metadata.deletionTimestamp);
  const ports = portsOf(service, live);
  const publishAll = service.spec.publishNotReadyAddresses ?? false;
  const addresses = (ready: boolean) => live.filter((pod) => (publishAll || isReady(pod)) === ready).map((pod) => ({ ip: pod.status?.podIP, nodeName: pod.spec.nodeName, targetRef: targetOf(pod) }));
  const [ready, notReady] = [addresses(true), addresses(false)];
  const subset = { ...(ready.length > 0 ? { addresses: ready } : {}), ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}), ports: ports.map(({ name, port, protocol }) => ({ ...(name ? { name } : {}), port, protocol })) };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: service.metadata.name, ...(service.metadata.namespace ? { namespace: service.metadata.namespace } : {}), labels: { ...service.metadata.labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } },
    subsets: live.length > 0 && ports.length > 0 ? [subset] : [],
  };
}

function sliceOf(service: Service, pods: readonly Pod[], name: string): KubeObject {
  const publishAll = service.spec.publishNotReadyAddresses ?? false;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      generateName: `${service.metadata.name}-`,
      ...(service.metadata.namespace ? { namespace: service.metadata.namespace } : {}),
      labels: { ...service.metadata.labels, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': service.metadata.name },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: pods.map((pod) => {
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      const serving = isReady(pod);
      return { addresses: [pod.status?.podIP], conditions: { ready: publishAll || (serving && !terminating), serving, terminating }, nodeName: pod.spec.nodeName, targetRef: targetOf(pod) };
    }),
    ports: portsOf(service, pods),
  };
}
