import type { AdmissionStep, Draft } from '../api/cluster.ts';
import { at, isObject, type Json, listAt, textAt } from '../api/json.ts';
import { forbidden } from '../api/refusals.ts';
import { amount, type Amounts, amountsOf, podAmounts, renderAmount } from './amounts.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Default limits and requests of the namespace's LimitRanges, and a note of what was set. */
export const setDefaultLimits: AdmissionStep = (cluster, { operation, type, draft }) => {
  if (operation !== 'CREATE' || type.storage !== '/pods') return;
  for (const range of cluster.store.list('/limitranges', draft.metadata.namespace ?? '')) applyDefaults(draft, listAt(range, 'spec', 'limits').filter((item) => item['type'] === 'Container'));
};

function applyDefaults(draft: Draft, items: readonly Json[]): void {
  const limits = Object.assign({}, ...items.map((item) => item['default'] ?? {})) as Json;
  const requests = Object.assign({}, ...items.map((item) => item['defaultRequest'] ?? {})) as Json;
  const spec = draft['spec'] as Json;
  const notes = [...listAt(spec, 'containers').flatMap((container) => fill(container, limits, requests, 'container')), ...listAt(spec, 'initContainers').flatMap((container) => fill(container, limits, requests, 'init container'))];
  if (notes.length > 0) draft.metadata.annotations = { ...draft.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

function fill(container: Json, limits: Json, requests: Json, what: string): readonly string[] {
  const resources = isObject(container['resources']) ? { ...container['resources'] } : {};
  const missing = (kind: string, defaults: Json) => Object.keys(defaults).filter((name) => at(resources, kind, name) === undefined).sort();
  const newLimits = missing('limits', limits);
  const newRequests = missing('requests', requests);
  for (const [kind, names, defaults] of [['limits', newLimits, limits], ['requests', newRequests, requests]] as const) {
    if (names.length > 0) resources[kind] = { ...(resources[kind] as Json | undefined), ...Object.fromEntries(names.map((name) => [name, defaults[name]])) };
  }
  container['resources'] = resources;
  return [
    ...(newRequests.length > 0 ? [`${newRequests.join(', ')} request for ${what} ${textAt(container, 'name')}`] : []),
    ...(newLimits.length > 0 ? [`${newLimits.join(', ')} limit for ${what} ${textAt(container, 'name')}`] : []),
  ];
}

/** Minimum, maximum and ratio, per container, pod and claim. */
export const enforceLimitRanges: AdmissionStep = (cluster, { operation, type, draft }) => {
  const isPod = type.storage === '/pods' && operation === 'CREATE';
  const isClaim = type.storage === '/persistentvolumeclaims';
  if (!isPod && !isClaim) return;
  for (const range of cluster.store.list('/limitranges', draft.metadata.namespace ?? '')) {
    const items = listAt(range, 'spec', 'limits');
    const problems = isPod ? items.flatMap((item) => podProblems(item, draft['spec'] as Json)) : items.flatMap((item) => claimProblems(item, draft));
    const texts = [...new Set(problems)];
    if (texts.length > 0) throw forbidden(type, draft.metadata.name, texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
  }
};

function podProblems(item: Json, spec: Json): readonly string[] {
  if (item['type'] === 'Pod') return problemsOf(item, 'Pod', podAmounts(spec, 'requests'), podAmounts(spec, 'limits'));
  if (item['type'] !== 'Container') return [];
  return [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].flatMap((container) => problemsOf(item, 'Container', amountsOf(at(container, 'resources', 'requests')), amountsOf(at(container, 'resources', 'limits'))));
}

function claimProblems(item: Json, draft: Draft): readonly string[] {
  if (item['type'] !== 'PersistentVolumeClaim') return [];
  const requests = amountsOf(at(draft, 'spec', 'resources', 'requests'));
  const most = Object.entries((item['max'] ?? {}) as Json).flatMap(([name, enforced]) => {
    const request = requests.get(name);
    const rule = `maximum ${name} usage per PersistentVolumeClaim is ${String(enforced)}`;
    if (!request) return [`${rule}.  No request is specified`];
    return request.nano > amount(enforced).nano ? [`${rule}, but request is ${renderAmount(request)}`] : [];
  });
  return [...minimumProblems(item, 'PersistentVolumeClaim', requests, new Map()), ...most];
}

function problemsOf(item: Json, what: string, requests: Amounts, limits: Amounts): readonly string[] {
  return [...minimumProblems(item, what, requests, limits), ...maximumProblems(item, what, requests, limits), ...ratioProblems(item, what, requests, limits)];
}

function minimumProblems(item: Json, what: string, requests: Amounts, limits: Amounts): readonly string[] {
  return Object.entries((item['min'] ?? {}) as Json).flatMap(([name, enforced]) => {
    const rule = `minimum ${name} usage per ${what} is ${String(enforced)}`;
    const least = amount(enforced).nano;
    const request = requests.get(name);
    const limit = limits.get(name);
    if (!request) return [`${rule}.  No request is specified`];
    if (request.nano < least) return [`${rule}, but request is ${renderAmount(request)}`];
    return limit && limit.nano < least ? [`${rule}, but limit is ${renderAmount(limit)}`] : [];
  });
}

function maximumProblems(item: Json, what: string, requests: Amounts, limits: Amounts): readonly string[] {
  return Object.entries((item['max'] ?? {}) as Json).flatMap(([name, enforced]) => {
    const rule = `maximum ${name} usage per ${what} is ${String(enforced)}`;
    const most = amount(enforced).nano;
    const request = requests.get(name);
    const limit = limits.get(name);
    if (!limit) return [`${rule}.  No limit is specified`];
    if (limit.nano > most) return [`${rule}, but limit is ${renderAmount(limit)}`];
    return request && request.nano > most ? [`${rule}, but request is ${renderAmount(request)}`] : [];
  });
}

function ratioProblems(item: Json, what: string, requests: Amounts, limits: Amounts): readonly string[] {
  return Object.entries((item['maxLimitRequestRatio'] ?? {}) as Json).flatMap(([name, enforced]) => {
    const rule = `${name} max limit to request ratio per ${what} is ${String(enforced)}`;
    const request = requests.get(name)?.nano ?? 0n;
    const limit = limits.get(name)?.nano ?? 0n;
    if (request === 0n) return [`${rule}, but no request is specified or request is 0`];
    if (limit === 0n) return [`${rule}, but no limit is specified or limit is 0`];
    const ratio = Number(limit) / Number(request);
    return ratio > Number(amount(enforced).nano) / 1e9 ? [`${rule}, but provided ratio is ${ratio.toFixed(6)}`] : [];
  });
}
