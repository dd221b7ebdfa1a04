import type { KubeObject } from '../../objects.ts';
import { StatusError } from '../../objects.ts';
import type { Cluster } from '../cluster.ts';
import { deleteObject } from '../delete.ts';
import { at, cloneJson, isObject, type Json, listAt, numberAt, textAt } from '../json.ts';
import { applyPatch, type PatchKind } from '../patch/patch.ts';
import { badRequest, conflict, invalid, invalidValue, methodNotAllowed, notFound } from '../refusals.ts';
import type { ResourceType } from '../resource-types.ts';
import { selectsLabels } from '../selectors.ts';
import { formatSelector } from '../tables/workload-tables.ts';
import { updateObject } from '../update.ts';
import type { Target } from './read.ts';
import { type ApiRequest, bodyOf, objectBody, writerOf } from './request.ts';
import { json, success } from './responses.ts';

/** The subresources that are not a view of the object itself. `undefined` for those that are (`status`). */
export function subresource(cluster: Cluster, target: Target, request: ApiRequest): Response | undefined {
  switch (target.subresource) {
    case 'scale':
      return scale(cluster, target, request);
    case 'binding':
      return bind(cluster, target, request);
    case 'eviction':
      return evict(cluster, target, request);
    case 'finalize':
      return finalize(cluster, target, request);
    default:
      return undefined;
  }
}

function existing(cluster: Cluster, { type, namespace = '', name = '' }: Target): KubeObject {
  const object = cluster.store.get(type.storage, namespace, name);
  if (!object) throw notFound(type, name);
  return object;
}

const PATCHES: Readonly<Record<string, PatchKind>> = { 'application/json-patch+json': 'json', 'application/merge-patch+json': 'merge', 'application/strategic-merge-patch+json': 'merge' };

function scale(cluster: Cluster, target: Target, request: ApiRequest): Response {
  const object = existing(cluster, target);
  const { type } = target;
  const current = scaleOf(object, type);
  if (request.method === 'GET') return json(current);
  const kind = PATCHES[request.contentType];
  const wanted = request.method === 'PUT' ? objectBody(request) : request.method === 'PATCH' && kind ? applyPatch(cloneJson(current), kind, bodyOf(request), type) : undefined;
  if (!wanted) throw methodNotAllowed();
  const replicas = numberAt(wanted, 'spec', 'replicas');
  if (replicas < 0) throw invalid({ group: 'autoscaling', kind: 'Scale', plural: 'scales' }, object.metadata.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  const version = textAt(wanted, 'metadata', 'resourceVersion');
  const draft = withReplicas(object, type, replicas, version === '' ? undefined : version);
  const writer = { ...writerOf(request), trusted: true, fieldValidation: 'Ignore' as const };
  const updated = updateObject(cluster, { type, namespace: target.namespace ?? '', name: object.metadata.name, input: draft, writer });
  return json(scaleOf(updated, type));
}

function specPath({ custom }: ResourceType): readonly string[] {
  return custom?.scale ? textAt(custom.scale, 'specReplicasPath').replace(/^\./, '').split('.') : ['spec', 'replicas'];
}

function scaleOf(object: KubeObject, type: ResourceType): Json {
  const statusPath = type.custom?.scale ? textAt(type.custom.scale, 'statusReplicasPath').replace(/^\./, '').split('.') : ['status', 'replicas'];
  const selector = type.custom?.scale ? textAt(object, ...textAt(type.custom.scale, 'labelSelectorPath').replace(/^\./, '').split('.')) : formatSelector(at(object, 'spec', 'selector'));
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, ...specPath(type)) }, status: { replicas: numberAt(object, ...statusPath), ...(selector === '' ? {} : { selector }) },
  };
}

function withReplicas(object: KubeObject, type: ResourceType, replicas: number, resourceVersion: string | undefined): Json {
  const draft = cloneJson(object) as unknown as Json;
  const path = [...specPath(type)];
  const last = path.pop() ?? 'replicas';
  let holder: Json = draft;
  for (const step of path) holder = (holder[step] ??= {}) as Json;
  holder[last] = replicas;
  draft['metadata'] = { ...(draft['metadata'] as Json), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return draft;
}

function bind(cluster: Cluster, target: Target, request: ApiRequest): Response {
  if (request.method !== 'POST') throw methodNotAllowed();
  const pod = existing(cluster, target);
  const node = textAt(objectBody(request), 'target', 'name');
  if (node === '') throw badRequest('Binding: target.name: Required value');
  const bound = textAt(pod, 'spec', 'nodeName');
  if (bound !== '') throw conflict({ group: '', plural: 'pods/binding' }, pod.metadata.name, `pod ${pod.metadata.name} is already assigned to node "${bound}"`);
  updateObject(cluster, { type: target.type, namespace: target.namespace ?? '', name: pod.metadata.name, input: { ...cloneJson(pod), spec: { ...(pod['spec'] as Json), nodeName: node } } as unknown as Json, writer: { ...writerOf(request), trusted: true } });
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, { status: 201 });
}

/** Deletes a pod unless a PodDisruptionBudget has nothing to spare. */
function evict(cluster: Cluster, target: Target, request: ApiRequest): Response {
  if (request.method !== 'POST') throw methodNotAllowed();
  const pod = existing(cluster, target);
  const body = objectBody(request);
  const budgets = cluster.store.list('policy/poddisruptionbudgets', target.namespace).filter((budget) => selectsLabels(at(budget, 'spec', 'selector'), pod.metadata.labels ?? {}));
  const ready = listAt(pod, 'status', 'conditions').some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');
  const exhausted = ready ? budgets.find((budget) => numberAt(budget, 'status', 'disruptionsAllowed') <= 0) : undefined;
  if (exhausted) {
    const causes = [{ reason: 'DisruptionBudget', message: `The disruption budget ${exhausted.metadata.name} needs ${numberAt(exhausted, 'status', 'desiredHealthy')} healthy pods and has ${numberAt(exhausted, 'status', 'currentHealthy')} currently` }];
    throw new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { causes });
  }
  const grace = at(body, 'deleteOptions', 'gracePeriodSeconds');
  const writer = writerOf(request);
  deleteObject(cluster, { type: target.type, namespace: target.namespace ?? '', name: pod.metadata.name, gracePeriodSeconds: typeof grace === 'number' ? grace : undefined, dryRun: writer.dryRun });
  return json({ ...success({}), details: undefined, code: 201 }, { status: 201 });
}

function finalize(cluster: Cluster, target: Target, request: ApiRequest): Response {
  if (request.method !== 'PUT') throw methodNotAllowed();
  const namespace = existing(cluster, target);
  const spec = objectBody(request)['spec'];
  const stored = cluster.store.put(target.type.storage, { ...namespace, spec: isObject(spec) ? spec : {} });
  if (stored.metadata.deletionTimestamp !== undefined && listAt(stored, 'spec', 'finalizers').length === 0) deleteObject(cluster, { type: target.type, namespace: '', name: namespace.metadata.name });
  return json(stored);
}
