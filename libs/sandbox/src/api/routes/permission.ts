import { StatusError } from '../../objects.ts';
import type { Cluster } from '../cluster.ts';
import { qualified } from '../refusals.ts';
import { authorize } from '../rbac.ts';
import type { Target } from './read.ts';
import type { ApiRequest } from './request.ts';

/** @throws StatusError 403 in the real server's words */
export function requirePermission(cluster: Cluster, { type, namespace, name, subresource }: Target, { user, method, query }: ApiRequest): void {
  const verb = verbOf(method, name, query);
  const { allowed } = authorize(cluster, user, { verb, group: type.group, resource: type.plural, subresource: subresource ?? '', namespace: namespace ?? '', name: name ?? '' });
  if (allowed) return;
  const resource = subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject = name === undefined ? `${qualified(type)} is forbidden` : `${qualified(type)} "${name}" is forbidden`;
  const message = `${subject}: User "${user.user}" cannot ${verb} resource "${resource}" in API group "${type.group}" ${scope}`;
  throw new StatusError(403, 'Forbidden', message, { ...(name === undefined ? {} : { name }), ...(type.group === '' ? {} : { group: type.group }), kind: type.plural });
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  if (method === 'GET') return query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : name === undefined ? 'list' : 'get';
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  return name === undefined ? 'deletecollection' : 'delete';
}
