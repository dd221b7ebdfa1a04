import type { KubeObject } from '../objects.ts';
import type { AdmissionStep, Cluster, Draft } from '../api/cluster.ts';
import { at, equalJson, isObject, type Json, listAt, textAt } from '../api/json.ts';
import { forbidden } from '../api/refusals.ts';
import { addAmounts, amount, type Amount, type Amounts, amountsOf, renderAmount } from './amounts.ts';
import { usageOf } from './quota-usage.ts';

/** Refuses what would go past a ResourceQuota, naming all that was exceeded. */
export const enforceQuota: AdmissionStep = (cluster, { operation, type, draft, old, subresource }) => {
  if (subresource !== undefined || !type.namespaced || type.storage === '/events') return;
  const namespace = draft.metadata.namespace ?? '';
  const quotas = cluster.store.list('/resourcequotas', namespace);
  if (quotas.length === 0 || (operation === 'UPDATE' && type.storage === '/resourcequotas')) return;
  const wanted = usageOf(type.storage, draft);
  const before: Amounts = old ? usageOf(type.storage, old) : new Map();
  for (const quota of quotas) {
    const hard = amountsOf(at(quota, 'spec', 'hard'));
    if (!matchesScopes(quota, type.storage, draft)) continue;
    const missing = type.storage === '/pods' && operation === 'CREATE' ? missingRequests(draft, hard) : '';
    if (missing !== '') throw forbidden(type, draft.metadata.name, `failed quota: ${quota.metadata.name}: must specify ${missing}`);
    const requested = new Map<string, Amount>();
    for (const [name, value] of wanted) {
      const more = value.nano - (before.get(name)?.nano ?? 0n);
      if (hard.has(name) && more > 0n) requested.set(name, { nano: more, binary: value.binary });
    }
    if (requested.size === 0) continue;
    const used = usedAmounts(cluster, quota);
    const exceeded = [...requested].filter(([name, more]) => (used.get(name)?.nano ?? 0n) + more.nano > (hard.get(name)?.nano ?? 0n)).map(([name]) => name).sort();
    if (exceeded.length === 0) continue;
    const show = (amounts: Amounts) => exceeded.map((name) => `${name}=${renderAmount(amounts.get(name) ?? amount('0'))}`).join(',');
    throw forbidden(type, draft.metadata.name, `exceeded quota: ${quota.metadata.name}, requested: ${show(requested)}, used: ${show(used)}, limited: ${show(hard)}`);
  }
};

const COMPUTE = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** A quota on compute resources makes every container state them. */
function missingRequests(pod: Draft | KubeObject, hard: Amounts): string {
  const containers = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')];
  const missing = COMPUTE.filter((name) => hard.has(name)).sort().flatMap((name) => {
    const [kind = '', resource = ''] = name.includes('.') ? name.split('.') : ['requests', name];
    const names = containers.filter((container) => at(container, 'resources', kind, resource) === undefined).map((container) => textAt(container, 'name'));
    return names.length > 0 ? [`${name} for: ${[...new Set(names)].sort().join(',')}`] : [];
  });
  return missing.join('; ');
}

function matchesScopes(quota: KubeObject, storage: string, object: Draft | KubeObject): boolean {
  const scopes = [...((at(quota, 'spec', 'scopes') ?? []) as readonly string[]), ...listAt(quota, 'spec', 'scopeSelector', 'matchExpressions').map((item) => textAt(item, 'scopeName'))];
  if (scopes.length === 0) return true;
  if (storage !== '/pods') return false;
  const bestEffort = textAt(object, 'status', 'qosClass') === 'BestEffort';
  const terminating = at(object, 'spec', 'activeDeadlineSeconds') !== undefined;
  const holds: Readonly<Record<string, boolean>> = { BestEffort: bestEffort, NotBestEffort: !bestEffort, Terminating: terminating, NotTerminating: !terminating };
  return scopes.every((scope) => (scope === 'PriorityClass' ? matchesPriority(quota, object) : holds[scope] === true));
}

function matchesPriority(quota: KubeObject, object: Draft | KubeObject): boolean {
  const name = textAt(object, 'spec', 'priorityClassName');
  return listAt(quota, 'spec', 'scopeSelector', 'matchExpressions').filter((item) => item['scopeName'] === 'PriorityClass').every((item) => {
    const values = Array.isArray(item['values']) ? item['values'] : [];
    if (item['operator'] === 'Exists') return name !== '';
    if (item['operator'] === 'DoesNotExist') return name === '';
    return values.includes(name) === (item['operator'] === 'In');
  });
}

function usedAmounts(cluster: Cluster, quota: KubeObject): Amounts {
  const namespace = quota.metadata.namespace ?? '';
  let used: Amounts = new Map();
  for (const storage of cluster.store.resources()) {
    if (storage === '/events') continue;
    for (const object of cluster.store.list(storage, namespace)) if (matchesScopes(quota, storage, object)) used = addAmounts(used, usageOf(storage, object));
  }
  return used;
}

/** Keeps `status.hard` and `status.used` of every quota true, in a microtask after what they count has changed. */
export function keepQuotaStatus(cluster: Cluster): () => void {
  const waiting = new Set<string>();
  const refresh = () => {
    const namespaces = [...waiting];
    waiting.clear();
    for (const namespace of namespaces) for (const quota of cluster.store.list('/resourcequotas', namespace)) refreshQuota(cluster, quota);
  };
  return cluster.store.subscribe(({ resource, object }) => {
    const namespace = object.metadata.namespace;
    if (namespace === undefined || resource === '/events' || cluster.store.list('/resourcequotas', namespace).length === 0) return;
    if (waiting.size === 0) queueMicrotask(refresh);
    waiting.add(namespace);
  });
}

function refreshQuota(cluster: Cluster, quota: KubeObject): void {
  const hard = at(quota, 'spec', 'hard');
  if (!isObject(hard)) return;
  const used = usedAmounts(cluster, quota);
  const status: Json = { hard, used: Object.fromEntries(Object.keys(hard).map((name) => [name, renderAmount(used.get(name) ?? amount('0'))])) };
  if (!equalJson(status, quota['status'])) cluster.store.put('/resourcequotas', { ...quota, status });
}
