import type { KubeObject } from '../objects.ts';
import type { Draft } from '../api/cluster.ts';
import { listAt, type Json, textAt } from '../api/json.ts';
import { addAmounts, amount, type Amount, type Amounts, amountsOf, podAmounts } from './amounts.ts';

const ONE: Amount = amount('1');

/** Kinds that a quota may count by their own name; every kind may be counted as `count/…`. */
const COUNTED: Readonly<Record<string, string>> = {
  '/configmaps': 'configmaps', '/secrets': 'secrets', '/services': 'services', '/persistentvolumeclaims': 'persistentvolumeclaims', '/resourcequotas': 'resourcequotas',
};

/** What one object counts against a quota, by the names that `spec.hard` may use. */
export function usageOf(storage: string, object: Draft | KubeObject): Amounts {
  const [group = '', plural = ''] = storage.split('/');
  const usage = new Map<string, Amount>([[`count/${plural}${group === '' ? '' : `.${group}`}`, ONE]]);
  const counted = COUNTED[storage];
  if (counted !== undefined) usage.set(counted, ONE);
  if (storage === '/pods') return addAmounts(usage, podUsage(object));
  if (storage === '/services') return addAmounts(usage, serviceUsage(object));
  if (storage === '/persistentvolumeclaims') return addAmounts(usage, claimUsage(object));
  return usage;
}

/** A pod that has ended holds nothing any more. */
function podUsage(pod: Draft | KubeObject): Amounts {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') return new Map();
  const spec = pod['spec'] as Json;
  const usage = new Map<string, Amount>([['pods', ONE]]);
  for (const [name, value] of podAmounts(spec, 'requests')) {
    if (!name.includes('/')) usage.set(name, value);
    usage.set(`requests.${name}`, value);
  }
  for (const [name, value] of podAmounts(spec, 'limits')) usage.set(`limits.${name}`, value);
  return usage;
}

function serviceUsage(service: Draft | KubeObject): Amounts {
  const type = textAt(service, 'spec', 'type');
  const ports = amount(String(listAt(service, 'spec', 'ports').length));
  if (type === 'NodePort') return new Map([['services.nodeports', ports]]);
  return type === 'LoadBalancer' ? new Map([['services.nodeports', ports], ['services.loadbalancers', ONE]]) : new Map();
}

function claimUsage(claim: Draft | KubeObject): Amounts {
  const spec = claim['spec'] as { readonly resources?: { readonly requests?: unknown }; readonly storageClassName?: string };
  const storage = amountsOf(spec.resources?.requests).get('storage');
  const own = spec.storageClassName ? `${spec.storageClassName}.storageclass.storage.k8s.io/` : undefined;
  return new Map<string, Amount>([
    ...(storage ? [['requests.storage', storage] as const] : []),
    ...(own ? [[`${own}persistentvolumeclaims`, ONE] as const] : []),
    ...(own && storage ? [[`${own}requests.storage`, storage] as const] : []),
  ]);
}
