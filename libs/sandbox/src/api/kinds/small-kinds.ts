import { readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { Draft } from '../cluster.ts';
import { at, equalJson, isObject, type Json, listAt, textAt } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../refusals.ts';

const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_RULE = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const MAX_DATA = 1024 * 1024;

function dataErrors(draft: Draft, old: KubeObject | undefined, fields: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const field of fields) {
    const data = draft[field];
    if (!isObject(data)) continue;
    for (const [key, value] of Object.entries(data)) {
      if (!KEY.test(key)) errors.push(invalidValue(`${field}[${key}]`, key, KEY_RULE));
      size += String(value).length;
    }
  }
  if (size > MAX_DATA) errors.push(tooLong('', MAX_DATA));
  if (old?.['immutable'] !== true) return errors;
  if (draft['immutable'] !== true) errors.push(forbiddenField('immutable', 'field is immutable when `immutable` is set'));
  for (const field of fields) if (!equalJson(draft[field], old[field])) errors.push(forbiddenField(field, 'field is immutable when `immutable` is set'));
  return errors;
}

export const configMapRules: KindRules = { validate: (draft, old) => dataErrors(draft, old, ['data', 'binaryData']) };

export const secretRules: KindRules = {
  defaults(draft) {
    draft['type'] ??= 'Opaque';
    const texts = draft['stringData'];
    delete draft['stringData'];
    if (!isObject(texts)) return;
    const encoded = Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]));
    draft['data'] = { ...(draft['data'] as Json | undefined), ...encoded };
  },
  validate(draft, old) {
    const errors = [...dataErrors(draft, old, ['data'])];
    if (old && draft['type'] !== old['type']) errors.push(invalidValue('type', draft['type'], 'field is immutable'));
    return errors;
  },
};

export const namespaceRules: KindRules = {
  nameRule: 'label',
  newStatus: { phase: 'Active' },
  defaults(draft) {
    draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name };
  },
  prepareCreate: (draft) => void (draft['spec'] = { finalizers: ['kubernetes'] }),
  prepareUpdate(draft, old) {
    draft['spec'] = old['spec'];
  },
};

export const nodeRules: KindRules = {
  keepsStatus: true,
  defaults(draft) {
    draft['spec'] ??= {};
    const status = (draft['status'] ??= {}) as Json;
    if (status['capacity'] !== undefined) status['allocatable'] ??= status['capacity'];
  },
};

export const claimRules: KindRules = {
  newStatus: { phase: 'Pending' },
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    spec['volumeMode'] ??= 'Filesystem';
    const status = draft['status'];
    if (isObject(status)) status['phase'] ??= 'Pending';
  },
  validate(draft, old) {
    const spec = draft['spec'] as Json;
    const errors: FieldError[] = [];
    if (!Array.isArray(spec['accessModes'])) errors.push(required('spec.accessModes', 'at least 1 access mode is required'));
    if (textAt(spec, 'resources', 'requests', 'storage') === '') errors.push(required('spec.resources[storage]'));
    if (!old) return errors;
    const before = old['spec'] as Json;
    const fixed = (value: Json) => ({ ...value, resources: undefined, volumeName: undefined, volumeAttributesClassName: undefined, storageClassName: before['storageClassName'] === undefined ? undefined : value['storageClassName'] });
    if (!equalJson(fixed(spec), fixed(before))) errors.push(forbiddenField('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'));
    const [asked, was] = [spec, before].map((value) => readQuantity(textAt(value, 'resources', 'requests', 'storage')) ?? 0n);
    if (asked !== undefined && was !== undefined && asked < was && asked <= (readQuantity(textAt(old, 'status', 'capacity', 'storage')) ?? 0n)) errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
    return errors;
  },
};

export const volumeRules: KindRules = {
  keepsStatus: false,
  newStatus: { phase: 'Pending' },
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    spec['persistentVolumeReclaimPolicy'] ??= 'Retain';
    spec['volumeMode'] ??= 'Filesystem';
    if (isObject(spec['hostPath'])) spec['hostPath']['type'] ??= '';
  },
  validate(draft) {
    const errors: FieldError[] = [];
    if (!Array.isArray(at(draft, 'spec', 'accessModes'))) errors.push(required('spec.accessModes'));
    if (!isObject(at(draft, 'spec', 'capacity'))) errors.push(required('spec.capacity'));
    return errors;
  },
};

export const storageClassRules: KindRules = {
  defaults(draft) {
    draft['reclaimPolicy'] ??= 'Delete';
    draft['volumeBindingMode'] ??= 'Immediate';
  },
  validate: (draft) => (textAt(draft, 'provisioner') === '' ? [required('provisioner')] : []),
};

export const quotaRules: KindRules = { newStatus: {} };

export const limitRangeRules: KindRules = {
  defaults(draft) {
    for (const item of listAt(draft, 'spec', 'limits')) {
      if (item['type'] !== 'Container') continue;
      const limits = { ...(item['max'] as Json | undefined), ...(item['default'] as Json | undefined) };
      const requests = { ...limits, ...(item['min'] as Json | undefined), ...(item['defaultRequest'] as Json | undefined) };
      for (const [field, values] of [['default', limits], ['defaultRequest', requests]] as const) if (Object.keys(values).length > 0 && !equalJson(values, item[field])) item[field] = values;
    }
  },
};

export const priorityClassRules: KindRules = {
  generation: true,
  defaults(draft) {
    draft['preemptionPolicy'] ??= 'PreemptLowerPriority';
    draft['value'] ??= 0;
  },
};

export const networkPolicyRules: KindRules = {
  generation: true,
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    spec['policyTypes'] ??= spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
    for (const rule of [...listAt(spec, 'ingress'), ...listAt(spec, 'egress')]) for (const port of listAt(rule, 'ports')) port['protocol'] ??= 'TCP';
  },
};

export const autoscalerRules: KindRules = {
  newStatus: { desiredReplicas: 0, currentMetrics: null },
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    spec['minReplicas'] ??= 1;
    spec['metrics'] ??= [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
  },
  validate(draft) {
    const max = at(draft, 'spec', 'maxReplicas');
    const min = at(draft, 'spec', 'minReplicas');
    const errors: FieldError[] = [];
    if (typeof max !== 'number' || max < 1) errors.push(invalidValue('spec.maxReplicas', max ?? 0, 'must be greater than 0'));
    else if (typeof min === 'number' && max < min) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
    for (const field of ['kind', 'name']) if (textAt(draft, 'spec', 'scaleTargetRef', field) === '') errors.push(required(`spec.scaleTargetRef.${field}`));
    return errors;
  },
};

export const budgetRules: KindRules = {
  generation: true,
  conditionalUpdate: true,
  newStatus: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  validate: (draft) => (at(draft, 'spec', 'minAvailable') !== undefined && at(draft, 'spec', 'maxUnavailable') !== undefined ? [invalidValue('spec', draft['spec'], 'minAvailable and maxUnavailable cannot be both set')] : []),
};

export const ingressRules: KindRules = { generation: true, newStatus: { loadBalancer: {} } };

export const endpointsRules: KindRules = {
  defaults(draft) {
    for (const subset of listAt(draft, 'subsets')) for (const port of listAt(subset, 'ports')) port['protocol'] ??= 'TCP';
  },
};

export const endpointSliceRules: KindRules = {
  generation: true,
  defaults(draft) {
    for (const port of listAt(draft, 'ports')) {
      port['name'] ??= '';
      port['protocol'] ??= 'TCP';
    }
  },
};

const RBAC = 'rbac.authorization.k8s.io';

export const roleRules: KindRules = { nameRule: 'path', defaults: (draft) => void (draft['rules'] ??= null) };

export const bindingRules: KindRules = {
  nameRule: 'path',
  defaults(draft) {
    const reference = draft['roleRef'];
    if (isObject(reference)) reference['apiGroup'] ??= RBAC;
    for (const subject of listAt(draft, 'subjects')) {
      if (subject['kind'] !== 'ServiceAccount') subject['apiGroup'] ??= RBAC;
    }
  },
  validate(draft, old) {
    const errors: FieldError[] = [];
    if (textAt(draft, 'roleRef', 'name') === '') errors.push(required('roleRef.name'));
    if (old && !equalJson(old['roleRef'], draft['roleRef'])) errors.push(invalidValue('roleRef', draft['roleRef'], 'cannot change roleRef'));
    return errors;
  },
};

export const leaseRules: KindRules = {
  conditionalUpdate: false,
  validate(draft) {
    const seconds = at(draft, 'spec', 'leaseDurationSeconds');
    return typeof seconds === 'number' && seconds <= 0 ? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')] : [];
  },
};

export const eventRules: KindRules = {
  defaults(draft) {
    draft['source'] ??= {};
    draft['involvedObject'] ??= {};
    draft['reportingComponent'] ??= textAt(draft, 'source', 'component');
    draft['reportingInstance'] ??= textAt(draft, 'source', 'host');
    draft['firstTimestamp'] ??= null;
    draft['lastTimestamp'] ??= null;
  },
  validate(draft) {
    const home = textAt(draft, 'involvedObject', 'namespace');
    const namespace = draft.metadata.namespace ?? '';
    if (home === '' ? namespace === 'default' || namespace === 'kube-system' : home === namespace) return [];
    return [invalidValue('involvedObject.namespace', home, 'does not match event.namespace')];
  },
};
