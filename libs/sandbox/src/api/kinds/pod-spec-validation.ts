import { readQuantity } from '@fleetmend/kernel';
import { at, isObject, type Json, listAt, textAt } from '../json.ts';
import { dnsLabel, dnsSubdomain, portName } from '../names.ts';
import { duplicate, type FieldError, fieldNotFound, forbiddenField, invalidValue, required, unsupported } from '../refusals.ts';
import { probeErrors } from './probe-validation.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** What is wrong with a pod spec; `path` is where it stands (`spec`, `spec.template.spec`). */
export function podSpecErrors(spec: Json, path: string): readonly FieldError[] {
  const volumes = listAt(spec, 'volumes');
  const containers = listAt(spec, 'containers');
  const inits = listAt(spec, 'initContainers');
  const errors: FieldError[] = [...volumeErrors(volumes, `${path}.volumes`)];
  if (containers.length === 0) errors.push(required(`${path}.containers`));
  const names = new Set(volumes.map((volume) => textAt(volume, 'name')));
  errors.push(...containerErrors(containers, `${path}.containers`, names));
  errors.push(...containerErrors(inits, `${path}.initContainers`, names, containers.map((container) => textAt(container, 'name'))));
  const policy = spec['restartPolicy'];
  if (!['Always', 'OnFailure', 'Never'].includes(String(policy))) errors.push(unsupported(`${path}.restartPolicy`, policy, ['Always', 'OnFailure', 'Never']));
  if (!['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'].includes(String(spec['dnsPolicy']))) errors.push(unsupported(`${path}.dnsPolicy`, spec['dnsPolicy'], ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']));
  const grace = spec['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0) errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0'));
  const account = textAt(spec, 'serviceAccountName');
  if (account !== '') for (const why of dnsSubdomain(account)) errors.push(invalidValue(`${path}.serviceAccountName`, account, why));
  const deadline = spec['activeDeadlineSeconds'];
  if (typeof deadline === 'number' && deadline < 1) errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'));
  return errors;
}

function volumeErrors(volumes: readonly Json[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  volumes.forEach((volume, index) => {
    const name = textAt(volume, 'name');
    const field = `${path}[${index}]`;
    if (name === '') errors.push(required(`${field}.name`));
    else for (const why of dnsLabel(name)) errors.push(invalidValue(`${field}.name`, name, why));
    if (name !== '' && volumes.slice(0, index).some((other) => other['name'] === name)) errors.push(duplicate(`${field}.name`, name));
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const extra of sources.slice(1)) errors.push(forbiddenField(`${field}.${extra}`, 'may not specify more than 1 volume type'));
    if (isObject(volume['persistentVolumeClaim']) && textAt(volume, 'persistentVolumeClaim', 'claimName') === '') errors.push(required(`${field}.persistentVolumeClaim.claimName`));
    if (isObject(volume['configMap']) && textAt(volume, 'configMap', 'name') === '') errors.push(required(`${field}.configMap.name`));
    if (isObject(volume['secret']) && textAt(volume, 'secret', 'secretName') === '') errors.push(required(`${field}.secret.secretName`));
  });
  return errors;
}

function containerErrors(containers: readonly Json[], path: string, volumes: ReadonlySet<string>, taken?: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  // Init containers come after the others, whose names are taken.
  const isInit = taken !== undefined;
  const seen = new Set(taken);
  containers.forEach((container, index) => {
    const field = `${path}[${index}]`;
    const name = textAt(container, 'name');
    if (name === '') errors.push(required(`${field}.name`));
    else for (const why of dnsLabel(name)) errors.push(invalidValue(`${field}.name`, name, why));
    const image = textAt(container, 'image');
    if (image === '') errors.push(required(`${field}.image`));
    else if (image !== image.trim()) errors.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'));
    errors.push(...portErrors(listAt(container, 'ports'), `${field}.ports`));
    errors.push(...envErrors(listAt(container, 'env'), `${field}.env`));
    errors.push(...mountErrors(listAt(container, 'volumeMounts'), `${field}.volumeMounts`, volumes));
    if (!PULL_POLICIES.includes(String(container['imagePullPolicy']))) errors.push(unsupported(`${field}.imagePullPolicy`, container['imagePullPolicy'], PULL_POLICIES));
    errors.push(...resourceErrors(container['resources'], `${field}.resources`));
    if (name !== '' && seen.has(name)) errors.push(duplicate(`${field}.name`, name));
    seen.add(name);
    const runsOnce = isInit && container['restartPolicy'] !== 'Always';
    for (const probe of PROBES) errors.push(...(runsOnce ? [] : probeErrors(container[probe], `${field}.${probe}`, probe)));
    for (const one of runsOnce ? ['lifecycle', ...PROBES] : []) if (container[one] !== undefined) errors.push(forbiddenField(`${field}.${one}`, 'may not be set for init containers without restartPolicy=Always'));
  });
  return errors;
}

function portErrors(ports: readonly Json[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  ports.forEach((port, index) => {
    const field = `${path}[${index}]`;
    const name = textAt(port, 'name');
    if (name !== '') {
      errors.push(...portName(name).map((why) => invalidValue(`${field}.name`, name, why)));
      if (ports.slice(0, index).some((other) => other['name'] === name)) errors.push(duplicate(`${field}.name`, name));
    }
    const number = port['containerPort'];
    if (number === undefined || number === 0) errors.push(required(`${field}.containerPort`));
    else if (typeof number === 'number' && (number < 1 || number > 65_535)) errors.push(invalidValue(`${field}.containerPort`, number, 'must be between 1 and 65535, inclusive'));
    if (!PROTOCOLS.includes(String(port['protocol']))) errors.push(unsupported(`${field}.protocol`, port['protocol'], PROTOCOLS));
  });
  return errors;
}

function envErrors(env: readonly Json[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  env.forEach((variable, index) => {
    const field = `${path}[${index}]`;
    if (textAt(variable, 'name') === '') errors.push(required(`${field}.name`));
    const from = variable['valueFrom'];
    if (!isObject(from)) return;
    if (textAt(variable, 'value') !== '') errors.push(invalidValue(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    if (Object.keys(from).length === 0) errors.push(invalidValue(`${field}.valueFrom`, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
    if (isObject(from['fieldRef'])) errors.push(...fieldRefErrors(textAt(from, 'fieldRef', 'fieldPath'), `${field}.valueFrom.fieldRef.fieldPath`));
    for (const source of ['configMapKeyRef', 'secretKeyRef']) {
      if (!isObject(from[source])) continue;
      if (textAt(from, source, 'name') === '') errors.push(required(`${field}.valueFrom.${source}.name`));
      if (textAt(from, source, 'key') === '') errors.push(required(`${field}.valueFrom.${source}.key`));
    }
  });
  return errors;
}

/** What a variable may take from its pod, and what further fields of it have a name at all. */
const POD_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'];
const NOT_FOR_VARIABLES = ['metadata.annotations', 'metadata.labels', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'];

function fieldRefErrors(path: string, field: string): readonly FieldError[] {
  const [, map] = /^(.+)\['.*'\]$/.exec(path) ?? [];
  if (path === '') return [required(field)];
  if (map !== undefined) return map === 'metadata.labels' || map === 'metadata.annotations' ? [] : [invalidValue(field, path, `error converting fieldPath: field label does not support subscript: ${path}`)];
  if (NOT_FOR_VARIABLES.includes(path)) return [unsupported(field, path, POD_FIELDS)];
  return POD_FIELDS.includes(path) ? [] : [invalidValue(field, path, `error converting fieldPath: field label not supported: ${path}`)];
}

function mountErrors(mounts: readonly Json[], path: string, volumes: ReadonlySet<string>): readonly FieldError[] {
  const errors: FieldError[] = [];
  mounts.forEach((mount, index) => {
    const field = `${path}[${index}]`;
    const name = textAt(mount, 'name');
    const where = textAt(mount, 'mountPath');
    if (name === '') errors.push(required(`${field}.name`));
    else if (!volumes.has(name)) errors.push(fieldNotFound(`${field}.name`, name));
    if (where === '') errors.push(required(`${field}.mountPath`));
    else if (mounts.slice(0, index).some((other) => other['mountPath'] === where)) errors.push(invalidValue(`${field}.mountPath`, where, 'must be unique'));
  });
  return errors;
}

export function resourceErrors(resources: unknown, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const limits = at(resources, 'limits');
  const requests = at(resources, 'requests');
  for (const [kind, list] of [['limits', limits], ['requests', requests]] as const) {
    for (const [name, value] of Object.entries(isObject(list) ? list : {})) {
      if ((readQuantity(String(value)) ?? 0n) < 0n) errors.push(invalidValue(`${path}.${kind}[${name}]`, value, 'must be greater than or equal to 0'));
      if (!/^(cpu|memory|ephemeral-storage|hugepages-.+|.+\/.+)$/.test(name)) errors.push(invalidValue(`${path}.${kind}[${name}]`, name, 'must be a standard resource type or fully qualified'), invalidValue(`${path}.${kind}[${name}]`, name, 'must be a standard resource for containers'));
    }
  }
  if (!isObject(requests)) return errors;
  for (const [name, value] of Object.entries(requests)) {
    const limit = at(limits, name);
    if (limit === undefined) continue;
    if ((readQuantity(String(value)) ?? 0n) > (readQuantity(String(limit)) ?? 0n)) errors.push(invalidValue(`${path}.requests`, value, `must be less than or equal to ${name} limit of ${String(limit)}`));
  }
  return errors;
}
