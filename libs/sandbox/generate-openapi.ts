import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The Kubernetes release whose API the sandbox speaks, and the kinds of it that it serves.
 *
 * Source: the OpenAPI v3 documents and the aggregated discovery document that the Go module `k8s.io/kubernetes` carries in
 * `api/` (Apache-2.0): what a real API server of that version answers. Merge keys, list types, defaults and the texts of
 * `kubectl explain` all come from there, so none of them is written by hand.
 */
export const KUBERNETES_VERSION = 'v1.34.4';

const SERVED: Readonly<Record<string, readonly string[]>> = {
  v1: ['configmaps', 'endpoints', 'events', 'limitranges', 'namespaces', 'nodes', 'persistentvolumeclaims', 'persistentvolumes', 'pods', 'resourcequotas', 'secrets', 'serviceaccounts', 'services'],
  'apps/v1': ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'events.k8s.io/v1': ['events'],
  'authentication.k8s.io/v1': ['selfsubjectreviews', 'tokenreviews'],
  'authorization.k8s.io/v1': ['localsubjectaccessreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'],
  'autoscaling/v2': ['horizontalpodautoscalers'],
  'batch/v1': ['cronjobs', 'jobs'],
  'networking.k8s.io/v1': ['ingressclasses', 'ingresses', 'networkpolicies'],
  'policy/v1': ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io/v1': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'storage.k8s.io/v1': ['storageclasses'],
  'admissionregistration.k8s.io/v1': ['mutatingwebhookconfigurations', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'validatingwebhookconfigurations'],
  'apiextensions.k8s.io/v1': ['customresourcedefinitions'],
  'scheduling.k8s.io/v1': ['priorityclasses'],
  'coordination.k8s.io/v1': ['leases'],
  'discovery.k8s.io/v1': ['endpointslices'],
};

/** What `kubectl` can ask of a served resource and the sandbox does not have; left out of discovery, as it could not be answered. */
const UNSERVED_SUBRESOURCES = new Set(['attach', 'exec', 'portforward', 'proxy', 'token', 'ephemeralcontainers', 'resize', 'approval']);

const EXTRA_SCHEMAS = ['DeleteOptions', 'Patch', 'Status', 'ListMeta'].map((kind) => `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`);

const TARGET = 'libs/sandbox/src/openapi/kubernetes.json';

interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
interface Schema {
  readonly 'x-kubernetes-group-version-kind'?: readonly Gvk[];
}
interface Discovered {
  readonly resource: string;
  readonly responseKind?: { readonly kind: string };
  readonly subresources?: readonly { readonly subresource: string }[];
}
interface Discovery {
  readonly items: readonly { readonly metadata: { readonly name?: string }; readonly versions: readonly { readonly version: string; readonly resources: readonly Discovered[] }[] }[];
}
interface LegacyDiscovery {
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly namespaced: boolean; readonly singularName: string; readonly verbs: readonly string[]; readonly shortNames?: readonly string[]; readonly categories?: readonly string[]; readonly group?: string; readonly version?: string }[];
}

/**
 * The generated files, path (from the repository's root) → content. Empty when `goModules` (a Go module cache) does not hold
 * `k8s.io/kubernetes` of the pinned version: then there is nothing to compare the committed file with. It can be had with
 * `go mod download k8s.io/kubernetes@v1.34.4`; the lab builds its API server from the same module.
 */
export async function generate({ goModules }: { readonly goModules: string }): Promise<ReadonlyMap<string, string>> {
  const api = join(goModules, `k8s.io/kubernetes@${KUBERNETES_VERSION}`, 'api');
  if (!existsSync(api)) return new Map();
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(api, path), 'utf8'));
  const aggregated = (await read('discovery/aggregated_v2.json')) as Discovery;
  const enums = readEnums(await readFile(join(api, '../pkg/generated/openapi/zz_generated.openapi.go'), 'utf8'));
  const groupVersions = [];
  const schemas = new Map<string, unknown>();
  for (const [groupVersion, names] of Object.entries(SERVED)) {
    const [version = '', group = ''] = groupVersion.split('/').reverse();
    const discovered = group === '' ? legacyResources((await read('discovery/api__v1.json')) as LegacyDiscovery) : (aggregated.items.find((item) => item.metadata.name === group)?.versions.find((item) => item.version === version)?.resources ?? []);
    const resources = names.map((name) => served(discovered.find((item) => item.resource === name), `${groupVersion} ${name}`));
    groupVersions.push({ group, version, resources });
    const file = group === '' ? 'api__v1' : `apis__${group}__${version}`;
    const document = (await read(`openapi-spec/v3/${file}_openapi.json`)) as { readonly components: { readonly schemas: Readonly<Record<string, Schema>> } };
    const all = document.components.schemas;
    const kinds = new Set(resources.flatMap((item) => [item.responseKind?.kind ?? '', ...(item.subresources ?? []).map((sub) => (sub as { responseKind?: { kind: string } }).responseKind?.kind ?? '')]));
    const roots = Object.keys(all).filter((name) => EXTRA_SCHEMAS.includes(name) || (all[name]?.['x-kubernetes-group-version-kind'] ?? []).some((gvk) => gvk.group === group && gvk.version === version && kinds.has(gvk.kind)));
    for (const root of roots) collect(root, all, schemas);
  }
  const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(withEnums(schema as SchemaWithProperties, enums.get(name)))}`);
  const notice = `Generated by libs/sandbox/generate-openapi.ts from k8s.io/kubernetes ${KUBERNETES_VERSION}, api/openapi-spec and api/discovery. Copyright The Kubernetes Authors, Apache License 2.0.`;
  const content = `{"notice":${JSON.stringify(notice)},\n"version":"${KUBERNETES_VERSION}",\n"groupVersions":${JSON.stringify(groupVersions)},\n"schemas":{\n${lines.join(',\n')}\n}}\n`;
  return new Map([[TARGET, content]]);
}

interface EnumField {
  readonly description: string | undefined;
  readonly values: readonly string[];
  /** The values are those of the list's items. */
  readonly ofItems: boolean;
}
interface SchemaWithProperties {
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Allowed values and the texts that list them, by definition and field. The committed OpenAPI documents of the module are made without
 * them, the server answers with them: they stand in the Go source that it is built from.
 */
function readEnums(source: string): ReadonlyMap<string, ReadonlyMap<string, EnumField>> {
  const found = new Map<string, ReadonlyMap<string, EnumField>>();
  for (const [, group = '', version = '', kind = '', body = ''] of source.matchAll(/^func schema_k8sio_api_([a-z0-9]+)_(v\w+?)_([A-Z]\w*)\([^\n]*\{\n([\s\S]*?)^\}/gm)) {
    const fields = new Map<string, EnumField>();
    for (const [, name = '', field = ''] of body.matchAll(/^\t{5}"(\w+)": \{\n([\s\S]*?)^\t{5}\},/gm)) {
      const [, indent = '', list = ''] = /^(\t+)Enum: +\[\]interface\{\}\{(.*)\},$/m.exec(field) ?? [];
      if (list === '') continue;
      const text = /^\t{7}Description: +("(?:[^"\\]|\\.)*"),$/m.exec(field)?.[1];
      fields.set(name, { description: text === undefined ? undefined : (JSON.parse(text) as string), values: JSON.parse(`[${list}]`) as string[], ofItems: indent.length > 7 });
    }
    if (fields.size > 0) found.set(`io.k8s.api.${group}.${version}.${kind}`, fields);
  }
  return found;
}

function withEnums(schema: SchemaWithProperties, fields: ReadonlyMap<string, EnumField> | undefined): unknown {
  if (!fields || !schema.properties) return schema;
  const entries = Object.entries(schema.properties).map(([name, property]) => {
    const field = fields.get(name);
    if (!field) return [name, property];
    const described = { ...property, ...(field.description === undefined ? {} : { description: field.description }) };
    return [name, field.ofItems ? { ...described, items: { ...(property['items'] as object), enum: field.values } } : { ...described, enum: field.values }];
  });
  return { ...schema, properties: Object.fromEntries(entries) };
}

function served(found: Discovered | undefined, what: string): Discovered {
  if (!found) throw new Error(`${what} is not in the discovery document of Kubernetes ${KUBERNETES_VERSION}`);
  if (!found.subresources) return found;
  return { ...found, subresources: found.subresources.filter((sub) => !UNSERVED_SUBRESOURCES.has(sub.subresource)) };
}

/** The core group has only legacy discovery in the module; this gives it the shape of the aggregated one. */
function legacyResources(list: LegacyDiscovery): Discovered[] {
  const entry = (item: LegacyDiscovery['resources'][number]) => ({ responseKind: { group: item.group ?? '', kind: item.kind, version: item.version ?? '' }, verbs: item.verbs });
  return list.resources
    .filter((item) => !item.name.includes('/'))
    .map((item) => {
      const subresources = list.resources.filter((sub) => sub.name.startsWith(`${item.name}/`)).map((sub) => ({ ...entry(sub), subresource: sub.name.slice(item.name.length + 1) }));
      return {
        ...(item.categories ? { categories: item.categories } : {}),
        resource: item.name,
        ...entry(item),
        scope: item.namespaced ? 'Namespaced' : 'Cluster',
        ...(item.shortNames ? { shortNames: item.shortNames } : {}),
        singularResource: item.singularName,
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
}

function collect(name: string, from: Readonly<Record<string, unknown>>, into: Map<string, unknown>): void {
  if (into.has(name)) return;
  const schema = from[name];
  if (schema === undefined) throw new Error(`the OpenAPI document refers to ${name}, which it does not define`);
  into.set(name, schema);
  for (const [, reference] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (reference !== undefined) collect(reference, from, into);
  }
}
