import type { KubeObject } from '../../objects.ts';
import type { Cluster, Draft } from '../cluster.ts';
import { isObject, type Json, listAt, textAt } from '../json.ts';
import { dnsLabel, dnsLabel1035, portName } from '../names.ts';
import { duplicate, type FieldError, invalidValue, required, unsupported } from '../refusals.ts';
import type { KindRules } from '../kind-rules.ts';
import { labelErrors } from '../label-errors.ts';

export const serviceRules: KindRules = {
  nameRule: 'subdomain',
  newStatus: { loadBalancer: {} },
  defaults: defaultService,
  prepareCreate: allocate,
  prepareUpdate: keepAddresses,
  validate,
};

function defaultService(draft: Draft): void {
  const spec = (draft['spec'] ??= {}) as Json;
  spec['sessionAffinity'] ??= 'None';
  spec['type'] ??= 'ClusterIP';
  if (spec['sessionAffinity'] === 'ClientIP') spec['sessionAffinityConfig'] ??= { clientIP: { timeoutSeconds: 10_800 } };
  for (const port of listAt(spec, 'ports')) {
    port['protocol'] ??= 'TCP';
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '') port['targetPort'] = port['port'];
  }
  if (spec['type'] === 'ExternalName') return;
  spec['internalTrafficPolicy'] ??= 'Cluster';
  if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') spec['externalTrafficPolicy'] ??= 'Cluster';
  if (spec['type'] === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true;
}

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

function allocate(draft: Draft, cluster: Cluster): void {
  const spec = draft['spec'] as Json;
  if (spec['type'] === 'ExternalName') return;
  const services = cluster.store.list('/services');
  const wanted = textAt(spec, 'clusterIP') || textAt(spec, 'clusterIPs', 0);
  const address = wanted === '' ? freeAddress(new Set(services.map((service) => textAt(service, 'spec', 'clusterIP'))), draft, cluster) : wanted;
  spec['clusterIP'] = address;
  spec['clusterIPs'] ??= [address];
  spec['ipFamilies'] ??= ['IPv4'];
  spec['ipFamilyPolicy'] ??= 'SingleStack';
  allocateNodePorts(spec, services);
}

/** Addresses from 10.96.0.0/16; the first is the API's own, as everywhere. */
function freeAddress(taken: ReadonlySet<string>, draft: Draft, cluster: Cluster): string {
  if (draft.metadata.name === 'kubernetes' && draft.metadata.namespace === 'default') return '10.96.0.1';
  for (;;) {
    const number = 2 + Math.floor(cluster.random.next() * 65_000);
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
}

function allocateNodePorts(spec: Json, services: readonly KubeObject[]): void {
  if (spec['type'] !== 'NodePort' && !(spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)) return;
  const taken = new Set(services.flatMap((service) => listAt(service, 'spec', 'ports').map((port) => port['nodePort'])));
  for (const port of listAt(spec, 'ports')) {
    if (typeof port['nodePort'] === 'number' && port['nodePort'] > 0) continue;
    let next = FIRST_NODE_PORT;
    while (next < LAST_NODE_PORT && taken.has(next)) next += 1;
    taken.add(next);
    port['nodePort'] = next;
  }
}

/** What the server allocated stays when an update does not speak of it. */
function keepAddresses(draft: Draft, old: KubeObject, cluster: Cluster): void {
  const spec = draft['spec'] as Json;
  const before = (old['spec'] ?? {}) as Json;
  if (spec['type'] === 'ExternalName') return;
  if (before['type'] === 'ExternalName') return allocate(draft, cluster);
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) if (before[field] !== undefined) spec[field] ??= before[field];
  const ports = listAt(before, 'ports');
  for (const port of listAt(spec, 'ports')) {
    const same = ports.find((known) => known['port'] === port['port'] && known['protocol'] === port['protocol']);
    if (same?.['nodePort'] !== undefined && spec['type'] !== 'ClusterIP') port['nodePort'] ??= same['nodePort'];
  }
  allocateNodePorts(spec, cluster.store.list('/services').filter((service) => service.metadata.uid !== old.metadata.uid));
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function validate(draft: Draft, old: KubeObject | undefined): readonly FieldError[] {
  const spec = draft['spec'] as Json;
  const errors: FieldError[] = [];
  if (!old) errors.push(...dnsLabel1035(draft.metadata.name).map((why) => invalidValue('metadata.name', draft.metadata.name, why)));
  const ports = listAt(spec, 'ports');
  const headless = spec['clusterIP'] === 'None';
  if (ports.length === 0 && spec['type'] !== 'ExternalName' && !headless) errors.push(required('spec.ports'));
  if (spec['type'] === 'ExternalName' && textAt(spec, 'externalName') === '') errors.push(required('spec.externalName'));
  errors.push(...labelErrors(spec['selector'], 'spec.selector'));
  errors.push(...portErrors(ports));
  if (!TYPES.includes(String(spec['type']))) errors.push(unsupported('spec.type', spec['type'], TYPES));
  const before = textAt(old, 'spec', 'clusterIP');
  if (old && before !== '' && spec['type'] !== 'ExternalName' && textAt(spec, 'clusterIP') !== before) errors.push(invalidValue('spec.clusterIPs[0]', spec['clusterIPs'], 'may not change once set'));
  return errors;
}

function portErrors(ports: readonly Json[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  ports.forEach((port, index) => {
    const field = `spec.ports[${index}]`;
    if (ports.length > 1 && textAt(port, 'name') === '') errors.push(required(`${field}.name`));
    const name = textAt(port, 'name');
    if (name !== '') {
      for (const why of dnsLabel(name)) errors.push(invalidValue(`${field}.name`, name, why));
      if (ports.slice(0, index).some((other) => other['name'] === name)) errors.push(duplicate(`${field}.name`, name));
    }
    const number = port['port'];
    if (typeof number !== 'number' || number < 1 || number > 65_535) errors.push(invalidValue(`${field}.port`, number ?? 0, 'must be between 1 and 65535, inclusive'));
    const target = port['targetPort'];
    if (typeof target === 'number' && (target < 1 || target > 65_535)) errors.push(invalidValue(`${field}.targetPort`, target, 'must be between 1 and 65535, inclusive'));
    if (typeof target === 'string') errors.push(...portName(target).map((why) => invalidValue(`${field}.targetPort`, target, why)));
    if (!['SCTP', 'TCP', 'UDP'].includes(String(port['protocol']))) errors.push(unsupported(`${field}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']));
    const same = ports.slice(0, index).some((other) => other['port'] === number && other['protocol'] === port['protocol']);
    if (same) errors.push(duplicate(field, isObject(port) ? { protocol: port['protocol'], port: number } : port));
  });
  return errors;
}
