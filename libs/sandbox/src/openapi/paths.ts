import type { Json } from '../api/json.ts';
import type { ResourceType } from '../api/resource-types.ts';

const text = (name: string, description: string, where = 'query'): Json => ({ name, in: where, description, ...(where === 'path' ? { required: true } : {}), schema: { type: 'string', uniqueItems: true } });

const DRY_RUN = text('dryRun', 'When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be processed');
const FIELD_MANAGER = text('fieldManager', 'fieldManager is a name associated with the actor or entity that is making these changes.');
const FIELD_VALIDATION = text('fieldValidation', 'fieldValidation instructs the server on how to handle objects in the request containing unknown or duplicate fields. Valid values are: Ignore, Warn, Strict.');
const FORCE: Json = { name: 'force', in: 'query', description: 'Force is going to "force" Apply requests. It means user will re-acquire conflicting fields owned by other people.', schema: { type: 'boolean', uniqueItems: true } };
const WRITE = [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION];
const NAMESPACE = text('namespace', 'object name and auth scope, such as for teams and projects', 'path');
const PATCH_TYPES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];

/** The operations of one type. Clients look in them for the parameters of writes and for the kind that a path is about. */
export function pathsOf(type: ResourceType, schema: string): Json {
  const { group, version, kind, plural, namespaced, verbs } = type;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const operation = (action: string, extra: Json): Json => ({ tags: [`${group || 'core'}_${version}`], 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': { group, version, kind }, responses: answers(schema), ...extra });
  const body = (types: readonly string[], reference: string) => ({ requestBody: { required: true, content: Object.fromEntries(types.map((media) => [media, { schema: { $ref: `#/components/schemas/${reference}` } }])) } });
  const shared = namespaced ? [NAMESPACE] : [];
  const paths: Json = {
    [collection]: {
      ...(verbs.includes('list') ? { get: operation('list', { parameters: [] }) } : {}),
      ...(verbs.includes('create') ? { post: operation('post', { parameters: WRITE, ...body(['application/json', 'application/yaml'], schema) }) } : {}),
      parameters: shared,
    },
  };
  if (!verbs.includes('get')) return paths;
  const patch = operation('patch', { parameters: [...WRITE, FORCE], ...body(type.custom ? PATCH_TYPES.slice(0, 3) : PATCH_TYPES, 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch') });
  const one: Json = {
    get: operation('get', { parameters: [] }),
    put: operation('put', { parameters: WRITE, ...body(['application/json', 'application/yaml'], schema) }),
    patch,
    delete: operation('delete', { parameters: [DRY_RUN] }),
    parameters: [text('name', `name of the ${kind}`, 'path'), ...shared],
  };
  return { ...paths, [`${collection}/{name}`]: one, ...(type.subresources.has('status') ? { [`${collection}/{name}/status`]: { get: one['get'], put: one['put'], patch, parameters: one['parameters'] } } : {}) };
}

function answers(schema: string): Json {
  return { '200': { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }, '401': { description: 'Unauthorized' } };
}
