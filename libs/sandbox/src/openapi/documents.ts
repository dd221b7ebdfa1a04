import type { Json } from '../api/json.ts';
import type { ResourceType, TypeRegistry } from '../api/resource-types.ts';
import { KUBERNETES } from './catalogue.ts';
import { pathsOf } from './paths.ts';

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const ALWAYS = ['DeleteOptions', 'Patch', 'Status'].map((kind) => `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`);

/** `api/v1`, `apis/apps/v1`: the served group-versions, as `/openapi/v3` lists them. */
export function documentPaths(types: TypeRegistry): readonly string[] {
  return [...new Set(types.all().map(pathOf))];
}

function pathOf({ group, version }: ResourceType): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** The OpenAPI v3 document of one group-version, with everything `kubectl explain` and client-side validation look for. */
export function openapiDocument(types: TypeRegistry, path: string): Json | undefined {
  const served = types.all().filter((type) => pathOf(type) === path);
  if (served.length === 0) return undefined;
  const schemas: Record<string, unknown> = {};
  for (const name of ALWAYS) collect(name, schemas);
  for (const type of served) {
    if (type.custom) schemas[schemaNameOf(type)] = customSchema(type);
    else collect(schemaNameOf(type), schemas);
  }
  if (served.some((type) => type.custom)) collect(META, schemas);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: KUBERNETES.version },
    paths: Object.assign({}, ...served.map((type) => pathsOf(type, schemaNameOf(type)))),
    components: { schemas },
  };
}

const names = new Map<string, string>(
  Object.entries(KUBERNETES.schemas).flatMap(([name, schema]) => ((schema['x-kubernetes-group-version-kind'] ?? []) as readonly { group: string; version: string; kind: string }[]).map((gvk) => [`${gvk.group}/${gvk.version}/${gvk.kind}`, name] as const)),
);

function schemaNameOf({ group, version, kind, custom }: ResourceType): string {
  if (custom) return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  return names.get(`${group}/${version}/${kind}`) ?? kind;
}

function collect(name: string, into: Record<string, unknown>): void {
  const schema = KUBERNETES.schemas[name];
  if (schema === undefined || name in into) return;
  into[name] = schema;
  for (const [, reference = ''] of JSON.stringify(schema).matchAll(REFERENCE)) collect(reference, into);
}

const TYPE_TEXTS = {
  apiVersion: 'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  kind: 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
  metadata: "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
} as const;

function customSchema({ group, version, kind, custom }: ResourceType): Json {
  const schema = custom?.openapi ?? {};
  return {
    ...schema,
    properties: {
      ...(schema['properties'] as Json | undefined),
      apiVersion: { description: TYPE_TEXTS.apiVersion, type: 'string' },
      kind: { description: TYPE_TEXTS.kind, type: 'string' },
      metadata: { description: TYPE_TEXTS.metadata, allOf: [{ $ref: `#/components/schemas/${META}` }] },
    },
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
  };
}
