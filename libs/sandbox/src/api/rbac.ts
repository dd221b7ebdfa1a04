import type { Cluster } from './cluster.ts';
import { at, type Json, listAt, textAt } from './json.ts';
import type { RequestContext } from './routes/request.ts';

/** What somebody wants to do: a verb on a resource, or on a path. */
export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path?: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Paths that everyone may read, as `system:discovery` and `system:public-info-viewer` allow. */
const DISCOVERY = /^\/(api|apis|openapi|version|healthz|livez|readyz)(\/.*)?$/;
const SELF_REVIEWS = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']);

/** RBAC over the cluster's own roles and bindings. `system:masters` and the cluster's controllers may do everything. */
export function authorize(cluster: Cluster, subject: RequestContext, attempt: Attempt): Decision {
  if (subject.groups.includes('system:masters') || subject.user === 'system:admin') return { allowed: true, reason: '' };
  const { path } = attempt;
  if (path !== undefined) {
    if (attempt.verb === 'get' && DISCOVERY.test(path)) return { allowed: true, reason: '' };
    const granted = rulesFor(cluster, subject, '').find(({ rules }) => rules.some((rule) => coversPath(rule, path, attempt.verb)));
    return granted ? { allowed: true, reason: granted.reason } : { allowed: false, reason: '' };
  }
  if (SELF_REVIEWS.has(attempt.resource) && attempt.verb === 'create') return { allowed: true, reason: 'RBAC: allowed by ClusterRoleBinding "system:basic-user" of ClusterRole "system:basic-user" to Group "system:authenticated"' };
  for (const { rules, reason } of rulesFor(cluster, subject, attempt.namespace)) if (rules.some((rule) => covers(rule, attempt))) return { allowed: true, reason };
  return { allowed: false, reason: '' };
}

export interface GrantedRules {
  readonly rules: readonly Json[];
  readonly reason: string;
}

/** The rules that bindings grant somebody, in a namespace or (empty) cluster-wide. */
export function rulesFor(cluster: Cluster, subject: RequestContext, namespace: string): readonly GrantedRules[] {
  const RBAC = 'rbac.authorization.k8s.io';
  const everywhere = cluster.store.list(`${RBAC}/clusterrolebindings`);
  const local = namespace === '' ? [] : cluster.store.list(`${RBAC}/rolebindings`, namespace);
  return [...everywhere, ...local].flatMap((binding) => {
    const bound = listAt(binding, 'subjects').find((item) => names(item, subject));
    if (!bound) return [];
    const kind = textAt(binding, 'roleRef', 'kind');
    const role = kind === 'ClusterRole' ? cluster.store.get(`${RBAC}/clusterroles`, '', textAt(binding, 'roleRef', 'name')) : cluster.store.get(`${RBAC}/roles`, binding.metadata.namespace ?? '', textAt(binding, 'roleRef', 'name'));
    const where = binding.metadata.namespace === undefined ? '' : `/${binding.metadata.namespace}`;
    const reason = `RBAC: allowed by ${binding.kind} "${binding.metadata.name}${where}" of ${kind} "${textAt(binding, 'roleRef', 'name')}" to ${textAt(bound, 'kind')} "${textAt(bound, 'name')}${textAt(bound, 'namespace') === '' ? '' : `/${textAt(bound, 'namespace')}`}"`;
    return role ? [{ rules: listAt(role, 'rules'), reason }] : [];
  });
}

function names(item: Json, { user, groups }: RequestContext): boolean {
  const name = textAt(item, 'name');
  if (item['kind'] === 'Group') return groups.includes(name);
  if (item['kind'] === 'ServiceAccount') return user === `system:serviceaccount:${textAt(item, 'namespace')}:${name}`;
  return user === name;
}

/** A path is named as it is, or by its beginning and a star. */
function coversPath(rule: Json, path: string, verb: string): boolean {
  const [verbs, urls] = ['verbs', 'nonResourceURLs'].map((field) => (at(rule, field) ?? []) as readonly string[]);
  return (verbs ?? []).some((one) => one === '*' || one === verb) && (urls ?? []).some((url) => url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))));
}

function covers(rule: Json, { verb, group, resource, subresource, name }: Attempt): boolean {
  const has = (field: string, ...values: readonly string[]) => {
    const list = (at(rule, field) ?? []) as readonly string[];
    return list.includes('*') || values.some((value) => list.includes(value));
  };
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const resourceNames = (rule['resourceNames'] ?? []) as readonly string[];
  return has('verbs', verb) && has('apiGroups', group) && has('resources', full, ...(subresource === '' ? [] : [`*/${subresource}`])) && (resourceNames.length === 0 || resourceNames.includes(name));
}
