import type { KubeObject } from '../../objects.ts';
import { at, isObject, type Json, listAt, numberAt, textAt } from '../json.ts';
import { age } from './ages.ts';
import { columns, type Table } from './table.ts';
import { formatSelector } from './workload-tables.ts';

const made = (object: KubeObject, now: number) => age(object.metadata.creationTimestamp, now);

const AUTOSCALER: Table = {
  columns: columns('Name!', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'),
  cells: (object, now) => [
    object.metadata.name, `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`, metrics(object),
    textAt(object, 'spec', 'minReplicas') || '<unset>', numberAt(object, 'spec', 'maxReplicas'), numberAt(object, 'status', 'currentReplicas'), made(object, now),
  ],
};

const SHOWN_METRICS = 2;

function metrics(object: KubeObject): string {
  const current = listAt(object, 'status', 'currentMetrics');
  const texts = listAt(object, 'spec', 'metrics').map((metric, index) => metricText(metric, current[index]));
  if (texts.length === 0) return '<none>';
  return texts.length > SHOWN_METRICS ? `${texts.slice(0, SHOWN_METRICS).join(', ')} + ${texts.length - SHOWN_METRICS} more...` : texts.join(', ');
}

function metricText(metric: Json, status: Json | undefined): string {
  const type = textAt(metric, 'type');
  const part = type === 'ContainerResource' ? 'containerResource' : type.toLowerCase();
  const wanted = at(metric, part, 'target');
  const found = at(status, part, 'current');
  if (!isObject(wanted)) return '<unknown type>';
  const average = textAt(wanted, 'averageValue');
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = textAt(metric, part, 'name');
    if (average !== '') return `${name}: ${textAt(found, 'averageValue') || '<unknown>'}/${average}`;
    const used = at(found, 'averageUtilization');
    return `${name}: ${typeof used === 'number' ? `${used}%` : '<unknown>'}/${wanted['averageUtilization'] === undefined ? '<auto>' : `${String(wanted['averageUtilization'])}%`}`;
  }
  if (average !== '') return `${textAt(found, 'averageValue') || '<unknown>'}/${average}${type === 'Pods' ? '' : ' (avg)'}`;
  return `${textAt(found, 'value') || '<unknown>'}/${textAt(wanted, 'value')}`;
}

const BUDGET: Table = {
  columns: columns('Name!', 'Min Available', 'Max Unavailable', '#Allowed Disruptions', 'Age'),
  cells: (object, now) => [object.metadata.name, textAt(object, 'spec', 'minAvailable') || 'N/A', textAt(object, 'spec', 'maxUnavailable') || 'N/A', numberAt(object, 'status', 'disruptionsAllowed'), made(object, now)],
};

const INGRESS: Table = {
  columns: columns('Name!', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  cells(object, now) {
    const rules = listAt(object, 'spec', 'rules');
    const hosts = rules.slice(0, 3).map((rule) => textAt(rule, 'host')).filter((host) => host !== '');
    const hostText = hosts.length === 0 ? '*' : `${hosts.join(',')}${rules.length > 3 ? ` + ${rules.length - 3} more...` : ''}`;
    const address = listAt(object, 'status', 'loadBalancer', 'ingress').map((item) => textAt(item, 'ip') || textAt(item, 'hostname')).join(',');
    return [object.metadata.name, textAt(object, 'spec', 'ingressClassName') || '<none>', hostText, address, listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80', made(object, now)];
  },
};

const INGRESS_CLASS: Table = {
  columns: columns('Name!', 'Controller', 'Parameters', 'Age'),
  cells(object, now) {
    const parameters = at(object, 'spec', 'parameters');
    const group = textAt(parameters, 'apiGroup');
    return [object.metadata.name, textAt(object, 'spec', 'controller'), isObject(parameters) ? `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}` : '<none>', made(object, now)];
  },
};

const NETWORK_POLICY: Table = {
  columns: columns('Name!', 'Pod-Selector', 'Age'),
  cells: (object, now) => [object.metadata.name, formatSelector(at(object, 'spec', 'podSelector')), made(object, now)],
};

const STORAGE_CLASS: Table = {
  columns: columns('Name!', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'),
  cells(object, now) {
    const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [isDefault ? `${object.metadata.name} (default)` : object.metadata.name, textAt(object, 'provisioner'), textAt(object, 'reclaimPolicy'), textAt(object, 'volumeBindingMode'), object['allowVolumeExpansion'] === true, made(object, now)];
  },
};

const PRIORITY_CLASS: Table = {
  columns: columns('Name!', '#Value', 'Global-Default', 'Age', '+PreemptionPolicy').map((column) => (column.name === 'PreemptionPolicy' ? { ...column, priority: 0 } : column)),
  cells: (object, now) => [object.metadata.name, numberAt(object, 'value'), object['globalDefault'] === true, made(object, now), textAt(object, 'preemptionPolicy')],
};

const BINDING: Table = {
  columns: columns('Name!', 'Role', 'Age', '+Users', '+Groups', '+ServiceAccounts'),
  cells(object, now) {
    const subjects = listAt(object, 'subjects');
    const of = (kind: string) => subjects.filter((subject) => subject['kind'] === kind).map((subject) => (kind === 'ServiceAccount' ? `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}` : textAt(subject, 'name'))).join(', ');
    return [object.metadata.name, `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`, made(object, now), of('User'), of('Group'), of('ServiceAccount')];
  },
};

const ADMISSION_POLICY: Table = {
  columns: columns('Name!', '#Validations', 'ParamKind', 'Age'),
  cells: (object, now) => [object.metadata.name, listAt(object, 'spec', 'validations').length, isObject(at(object, 'spec', 'paramKind')) ? `${textAt(object, 'spec', 'paramKind', 'apiVersion')}/${textAt(object, 'spec', 'paramKind', 'kind')}` : '<unset>', made(object, now)],
};

const ADMISSION_BINDING: Table = {
  columns: columns('Name!', 'PolicyName', 'ParamRef', 'Age'),
  cells: (object, now) => [object.metadata.name, textAt(object, 'spec', 'policyName'), textAt(object, 'spec', 'paramRef', 'name') || '<unset>', made(object, now)],
};

export const POLICY_TABLES: Readonly<Record<string, Table>> = {
  'admissionregistration.k8s.io/validatingadmissionpolicies': ADMISSION_POLICY,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': ADMISSION_BINDING,
  'autoscaling/horizontalpodautoscalers': AUTOSCALER,
  'networking.k8s.io/ingressclasses': INGRESS_CLASS,
  'networking.k8s.io/ingresses': INGRESS,
  'networking.k8s.io/networkpolicies': NETWORK_POLICY,
  'policy/poddisruptionbudgets': BUDGET,
  'rbac.authorization.k8s.io/clusterrolebindings': BINDING,
  'rbac.authorization.k8s.io/rolebindings': BINDING,
  'scheduling.k8s.io/priorityclasses': PRIORITY_CLASS,
  'storage.k8s.io/storageclasses': STORAGE_CLASS,
};
