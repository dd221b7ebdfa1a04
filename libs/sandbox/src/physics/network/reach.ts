import type { ClusterObjects } from '../../objects.ts';
import { matchesLabels } from '../runtime/selectors.ts';
import type { Service, ServicePort } from '../shapes/cluster.ts';
import type { Pod } from '../shapes/pod.ts';
import { isReady } from '../workloads/owned-pods.ts';

/** Whether a pod's processes listen on a port now. */
export type IsListening = (podUid: string, port: number) => boolean;

type Destination = { readonly service: Service } | { readonly ip: string };

/** Resolves a host name as a pod would: its own aliases, then cluster DNS with the usual search path. Nothing outside the cluster resolves. */
export function resolveHost(objects: ClusterObjects, from: Pod, host: string): Destination | undefined {
  if (host === 'localhost') return { ip: '127.0.0.1' };
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return { ip: host };
  const alias = from.spec.hostAliases?.find(({ hostnames }) => hostnames?.includes(host));
  if (alias) return { ip: alias.ip };
  const policy = from.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None' || policy === 'Default') return undefined;
  const [name = '', namespace = from.metadata.namespace ?? 'default', ...rest] = host.replace(/\.$/, '').split('.');
  if (rest.length > 0 && rest.join('.') !== 'svc' && rest.join('.') !== 'svc.cluster.local') return undefined;
  const service = objects.get<Service>('v1', 'Service', namespace, name);
  if (!service) return undefined;
  return service.spec.externalName ? resolveHost(objects, from, service.spec.externalName) : { service };
}

/** Whether a connection from the pod to `host:port` is accepted: by a ready pod behind the Service, or by the pod with that address. */
export function canConnect(objects: ClusterObjects, from: Pod, target: { readonly host: string; readonly port: number }, isListening: IsListening): boolean {
  const destination = resolveHost(objects, from, target.host);
  if (!destination) return false;
  if ('ip' in destination) {
    if (destination.ip === '127.0.0.1') return isListening(from.metadata.uid ?? '', target.port);
    const service = objects.list<Service>('v1', 'Service').find(({ spec }) => spec.clusterIP === destination.ip);
    if (service) return reachesService(objects, service, target.port, isListening);
    const pod = objects.list<Pod>('v1', 'Pod').find(({ status }) => status?.podIP === destination.ip);
    return pod !== undefined && isListening(pod.metadata.uid ?? '', target.port);
  }
  return reachesService(objects, destination.service, target.port, isListening);
}

function reachesService(objects: ClusterObjects, service: Service, port: number, isListening: IsListening): boolean {
  const { selector, ports, clusterIP } = service.spec;
  if (!selector) return false;
  const servicePort = ports?.find((candidate) => candidate.port === port);
  if (!servicePort && clusterIP !== 'None') return false;
  return objects
    .list<Pod>('v1', 'Pod', { namespace: service.metadata.namespace ?? 'default' })
    .filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp && matchesLabels(selector, pod.metadata.labels))
    .some((pod) => {
      const target = clusterIP === 'None' || !servicePort ? port : targetPortOf(servicePort, pod);
      return target !== undefined && isListening(pod.metadata.uid ?? '', target);
    });
}

/** The number behind `targetPort` in this pod; `undefined` where no container names that port. */
export function targetPortOf({ port, targetPort = port }: ServicePort, pod: Pod): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return pod.spec.containers.flatMap(({ ports }) => ports ?? []).find(({ name }) => name === targetPort)?.containerPort;
}
