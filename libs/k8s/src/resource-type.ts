import { groupOf } from '@fleetmend/model';

/** One type of the API as URLs need it. `resource` is the lower-case plural: `deployments`. */
export interface ResourceType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

export interface ResourcePlace {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** `status`, `log`, `scale` … */
  readonly subresource?: string | undefined;
}

/**
 * The path of a collection, an object or a subresource: `/apis/apps/v1/namespaces/shop/deployments/checkout/status`.
 * Without a namespace a namespaced type is addressed over all namespaces.
 */
export function resourcePath(type: ResourceType, { namespace, name, subresource }: ResourcePlace = {}): string {
  const root = groupOf(type.apiVersion) === '' ? `/api/${type.apiVersion}` : `/apis/${type.apiVersion}`;
  const parts = [root];
  if (type.namespaced && namespace) parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(type.resource);
  if (name) parts.push(encodeURIComponent(name));
  if (name && subresource) parts.push(subresource);
  return parts.join('/');
}

/** What a request asks for, in the words of RBAC. */
export interface RequestAttributes {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/log`; the path itself for what is no resource. */
  readonly resource: string;
  readonly namespace: string | undefined;
}

const WRITE_VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Reads a request back into the verb and resource that a role would have to grant. */
export function attributesOf(method: string, path: string, watch: boolean): RequestAttributes {
  const parts = path.split('/').filter((part) => part !== '');
  const core = parts[0] === 'api';
  const prefix = core ? 2 : 3;
  const group = core ? '' : (parts[1] ?? '');
  if ((!core && parts[0] !== 'apis') || parts.length <= prefix) return { verb: method.toLowerCase(), group: '', resource: path, namespace: undefined };
  const inNamespace = parts[prefix] === 'namespaces' && parts.length > prefix + 2;
  const [resource = '', name, subresource] = parts.slice(inNamespace ? prefix + 2 : prefix);
  const read = watch ? 'watch' : name === undefined ? 'list' : 'get';
  return {
    verb: WRITE_VERBS[method] ?? read,
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace: inNamespace ? parts[prefix + 1] : undefined,
  };
}
