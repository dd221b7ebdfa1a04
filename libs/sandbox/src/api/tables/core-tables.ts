import type { KubeObject } from '../../objects.ts';
import { at, isObject, listAt, numberAt, textAt, textsAt } from '../json.ts';
import { age } from './ages.ts';
import { POD_TABLE } from './pod-table.ts';
import { columns, type Table } from './table.ts';
import { formatLabels } from './workload-tables.ts';

const made = (object: KubeObject, now: number) => age(object.metadata.creationTimestamp, now);
const count = (value: unknown): number => (isObject(value) ? Object.keys(value).length : Array.isArray(value) ? value.length : 0);

const SERVICE: Table = {
  columns: columns('Name!', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', '+Selector'),
  cells: (object, now) => [
    object.metadata.name, textAt(object, 'spec', 'type'), textAt(object, 'spec', 'clusterIPs', 0) || '<none>', externalAddress(object),
    listAt(object, 'spec', 'ports').map((port) => `${textAt(port, 'port')}${port['nodePort'] ? `:${textAt(port, 'nodePort')}` : ''}/${textAt(port, 'protocol')}`).join(',') || '<none>', made(object, now), formatLabels(textsAt(object, 'spec', 'selector')),
  ],
};

function externalAddress(service: KubeObject): string {
  const external = ((at(service, 'spec', 'externalIPs') ?? []) as readonly string[]).join(',');
  const balancer = listAt(service, 'status', 'loadBalancer', 'ingress').map((item) => textAt(item, 'ip') || textAt(item, 'hostname')).join(',');
  switch (textAt(service, 'spec', 'type')) {
    case 'ExternalName':
      return textAt(service, 'spec', 'externalName');
    case 'LoadBalancer':
      return [balancer, external].filter((text) => text !== '').join(',') || '<pending>';
    default:
      return external || '<none>';
  }
}

const ENDPOINTS: Table = {
  columns: columns('Name!', 'Endpoints', 'Age'),
  cells(object, now) {
    const list = listAt(object, 'subsets').flatMap((subset) => {
      const addresses = listAt(subset, 'addresses').map((address) => textAt(address, 'ip'));
      const ports = listAt(subset, 'ports');
      return ports.length === 0 ? addresses : ports.flatMap((port) => addresses.map((address) => `${address}:${textAt(port, 'port')}`));
    });
    return [object.metadata.name, abbreviated(list), made(object, now)];
  },
};

function abbreviated(list: readonly string[], max = 3): string {
  if (list.length === 0) return '<none>';
  return list.length > max ? `${list.slice(0, max).join(',')} + ${list.length - max} more...` : list.join(',');
}

const ENDPOINT_SLICE: Table = {
  columns: columns('Name!', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  cells(object, now) {
    const ports = listAt(object, 'ports').map((port) => textAt(port, 'port') || '*');
    const addresses = listAt(object, 'endpoints').flatMap((endpoint) => (endpoint['addresses'] ?? []) as readonly string[]);
    return [object.metadata.name, textAt(object, 'addressType'), ports.length === 0 ? '<unset>' : abbreviated(ports), addresses.length === 0 ? '<unset>' : abbreviated(addresses), made(object, now)];
  },
};

const NODE: Table = {
  columns: columns('Name!', 'Status', 'Roles', 'Age', 'Version', '+Internal-IP', '+External-IP', '+OS-Image', '+Kernel-Version', '+Container-Runtime'),
  cells(object, now) {
    const ready = listAt(object, 'status', 'conditions').find((condition) => condition['type'] === 'Ready');
    const status = ready ? (ready['status'] === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
    const address = (type: string) => textAt(listAt(object, 'status', 'addresses').find((item) => item['type'] === type), 'address') || '<none>';
    const info = (field: string) => textAt(object, 'status', 'nodeInfo', field);
    return [
      object.metadata.name, at(object, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status, roles(object), made(object, now), info('kubeletVersion'),
      address('InternalIP'), address('ExternalIP'), info('osImage') || '<unknown>', info('kernelVersion') || '<unknown>', info('containerRuntimeVersion') || '<unknown>',
    ];
  },
};

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function roles({ metadata }: KubeObject): string {
  const found = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length ? [key.slice(ROLE_PREFIX.length)] : key === 'kubernetes.io/role' && value !== '' ? [value] : []));
  return found.length === 0 ? '<none>' : [...new Set(found)].sort().join(',');
}

const EVENT: Table = {
  columns: columns('Last Seen', 'Type', 'Reason', 'Object', '+Subobject', '+Source', 'Message', '+First Seen', '+Count', '+Name!'),
  cells(event, now) {
    const involved = textAt(event, 'involvedObject', 'kind') || textAt(event, 'regarding', 'kind');
    const name = textAt(event, 'involvedObject', 'name') || textAt(event, 'regarding', 'name');
    const seen = (...fields: readonly string[]) => fields.map((field) => textAt(event, field)).find((text) => text !== '');
    const first = age(seen('firstTimestamp', 'deprecatedFirstTimestamp', 'eventTime'), now);
    const last = seen('lastTimestamp', 'deprecatedLastTimestamp');
    const component = textAt(event, 'source', 'component') || textAt(event, 'deprecatedSource', 'component') || textAt(event, 'reportingComponent') || textAt(event, 'reportingController');
    const host = textAt(event, 'source', 'host') || textAt(event, 'deprecatedSource', 'host') || textAt(event, 'reportingInstance');
    const series = at(event, 'series');
    return [
      isObject(series) ? age(series['lastObservedTime'], now) : last ? age(last, now) : first, textAt(event, 'type'), textAt(event, 'reason'), name === '' ? involved.toLowerCase() : `${involved.toLowerCase()}/${name}`,
      textAt(event, 'involvedObject', 'fieldPath') || textAt(event, 'regarding', 'fieldPath'), host === '' ? component : `${component}, ${host}`, (textAt(event, 'message') || textAt(event, 'note')).trim(),
      first, isObject(series) ? numberAt(series, 'count') : numberAt(event, 'count') || numberAt(event, 'deprecatedCount') || 1, event.metadata.name,
    ];
  },
};

const QUOTA: Table = {
  columns: columns('Name!', 'Request', 'Limit', 'Age'),
  cells(object, now) {
    const names = Object.keys(textsAt(object, 'status', 'hard')).sort();
    const show = (isLimit: boolean) => names.filter((name) => name.startsWith('limits.') === isLimit).map((name) => `${name}: ${textAt(object, 'status', 'used', name) || '0'}/${textAt(object, 'status', 'hard', name)}`).join(', ');
    return [object.metadata.name, show(false), show(true), made(object, now)];
  },
};

const MODES: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };
const modes = (value: unknown): string => ((value ?? []) as readonly string[]).map((mode) => MODES[mode] ?? mode).join(',');

const CLAIM: Table = {
  columns: columns('Name!', 'Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass', 'Age', '+VolumeMode'),
  cells(object, now) {
    const volume = textAt(object, 'spec', 'volumeName');
    return [
      object.metadata.name, object.metadata.deletionTimestamp === undefined ? textAt(object, 'status', 'phase') : 'Terminating', volume, volume === '' ? '' : textAt(object, 'status', 'capacity', 'storage'), volume === '' ? '' : modes(at(object, 'status', 'accessModes')),
      textAt(object, 'spec', 'storageClassName'), textAt(object, 'spec', 'volumeAttributesClassName') || '<unset>', made(object, now), textAt(object, 'spec', 'volumeMode') || '<unset>',
    ];
  },
};

const VOLUME: Table = {
  columns: columns('Name!', 'Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass', 'VolumeAttributesClass', 'Reason', 'Age', '+VolumeMode'),
  cells(object, now) {
    const claim = at(object, 'spec', 'claimRef');
    return [
      object.metadata.name, textAt(object, 'spec', 'capacity', 'storage'), modes(at(object, 'spec', 'accessModes')), textAt(object, 'spec', 'persistentVolumeReclaimPolicy'), object.metadata.deletionTimestamp === undefined ? textAt(object, 'status', 'phase') : 'Terminating',
      isObject(claim) ? `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}` : '', textAt(object, 'spec', 'storageClassName'), textAt(object, 'spec', 'volumeAttributesClassName') || '<unset>', textAt(object, 'status', 'reason'), made(object, now), textAt(object, 'spec', 'volumeMode') || '<unset>',
    ];
  },
};

/** Name, a few cells, age: the shape of many. */
function simple(headings: readonly string[], cells: (object: KubeObject) => readonly unknown[]): Table {
  return { columns: columns('Name!', ...headings, 'Age'), cells: (object, now) => [object.metadata.name, ...cells(object), made(object, now)] };
}

export const CORE_TABLES: Readonly<Record<string, Table>> = {
  '/configmaps': simple(['Data'], (object) => [count(object['data']) + count(object['binaryData'])]),
  '/endpoints': ENDPOINTS,
  '/events': EVENT,
  '/namespaces': simple(['Status'], (object) => [textAt(object, 'status', 'phase')]),
  '/nodes': NODE,
  '/persistentvolumeclaims': CLAIM,
  '/persistentvolumes': VOLUME,
  '/pods': POD_TABLE,
  '/resourcequotas': QUOTA,
  '/secrets': simple(['Type', 'Data'], (object) => [textAt(object, 'type'), count(object['data'])]),
  '/serviceaccounts': simple(['Secrets'], (object) => [count(object['secrets'])]),
  '/services': SERVICE,
  'coordination.k8s.io/leases': simple(['Holder'], (object) => [textAt(object, 'spec', 'holderIdentity')]),
  'discovery.k8s.io/endpointslices': ENDPOINT_SLICE,
};
