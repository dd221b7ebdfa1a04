import { KUBERNETES } from '../openapi/catalogue.ts';
import { isObject, type Json } from './json.ts';

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'quantity' | 'intOrString' | 'bytes' | 'time' | 'any';

/**
 * One node of a type: the same shape for built-in kinds (from OpenAPI) and custom ones (from a structural schema), so that
 * decoding, pruning, merging and server-side apply are written once. Children are resolved when first asked for, as types recur.
 */
export interface TypeNode {
  readonly type: 'object' | 'map' | 'array' | ScalarType;
  /** Go type name for messages, where known. */
  readonly goName?: string;
  readonly required: readonly string[];
  /** Fields of an object. */
  fields(): ReadonlyMap<string, TypeNode>;
  /** Values of a map, or of an object that also takes unknown names. */
  values(): TypeNode | undefined;
  items(): TypeNode | undefined;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listKeys: readonly string[];
  readonly atomicMap: boolean;
  readonly keepsUnknown: boolean;
  readonly mergeKey: string | undefined;
  readonly patchStrategy: readonly string[];
  readonly default: unknown;
}

const NO_FIELDS: ReadonlyMap<string, TypeNode> = new Map();

export const ANY: TypeNode = {
  type: 'any', required: [], fields: () => NO_FIELDS, values: () => undefined, items: () => undefined,
  listType: 'atomic', listKeys: [], atomicMap: false, keepsUnknown: true, mergeKey: undefined, patchStrategy: [], default: undefined,
};

const SCALARS_BY_NAME: Readonly<Record<string, ScalarType>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
};

const REFERENCE = '#/components/schemas/';

/** Resolves `$ref`s of built-in definitions, each once. */
export function createSchemas(definitions: Readonly<Record<string, Json>> = KUBERNETES.schemas): { readonly named: (name: string) => TypeNode; readonly of: (schema: Json) => TypeNode } {
  const known = new Map<string, TypeNode>();
  const named = (name: string): TypeNode => {
    const found = known.get(name);
    if (found) return found;
    const scalar = SCALARS_BY_NAME[name];
    const definition = definitions[name];
    const node = scalar ? { ...ANY, type: scalar } : definition ? { ...compile(definition), goName: name.slice(name.lastIndexOf('.') + 1) } : ANY;
    known.set(name, node);
    return node;
  };
  const compile = (schema: Json): TypeNode => {
    const reference = referenceOf(schema);
    if (reference) return refined(named(reference), schema);
    const type = typeOf(schema);
    return {
      type,
      required: Array.isArray(schema['required']) ? (schema['required'] as string[]) : [],
      ...lazily(schema, type, compile),
      ...relations(schema),
    };
  };
  return { named, of: compile };
}

/** What the place of use says about a referred type wins over what the type says of itself, where it says anything. */
function refined(node: TypeNode, schema: Json): TypeNode {
  const said = relations(schema);
  return {
    ...node,
    ...(schema['x-kubernetes-list-type'] === undefined ? {} : { listType: said.listType, listKeys: said.listKeys }),
    ...(schema['x-kubernetes-map-type'] === undefined ? {} : { atomicMap: said.atomicMap }),
    mergeKey: said.mergeKey,
    patchStrategy: said.patchStrategy,
    default: said.default ?? node.default,
  };
}

function referenceOf(schema: Json): string | undefined {
  const direct = schema['$ref'];
  if (typeof direct === 'string') return direct.slice(REFERENCE.length);
  const [only] = Array.isArray(schema['allOf']) ? (schema['allOf'] as Json[]) : [];
  return typeof only?.['$ref'] === 'string' ? only['$ref'].slice(REFERENCE.length) : undefined;
}

function typeOf(schema: Json): TypeNode['type'] {
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string') return 'intOrString';
  const type = schema['type'];
  if (type === 'object') return isObject(schema['additionalProperties']) && !schema['properties'] ? 'map' : 'object';
  if (type === 'string') return schema['format'] === 'byte' ? 'bytes' : schema['format'] === 'date-time' ? 'time' : 'string';
  if (type === 'array' || type === 'integer' || type === 'number' || type === 'boolean') return type;
  return isObject(schema['properties']) ? 'object' : 'any';
}

function lazily(schema: Json, type: TypeNode['type'], compile: (schema: Json) => TypeNode): Pick<TypeNode, 'fields' | 'values' | 'items' | 'keepsUnknown'> {
  let fields: ReadonlyMap<string, TypeNode> | undefined;
  let values: TypeNode | undefined;
  let items: TypeNode | undefined;
  const properties = schema['properties'];
  const extra = schema['additionalProperties'];
  const element = schema['items'];
  return {
    fields: () => (fields ??= isObject(properties) ? new Map(Object.entries(properties).map(([name, child]) => [name, compile(child as Json)])) : NO_FIELDS),
    values: () => (values ??= isObject(extra) ? compile(extra) : undefined),
    items: () => (items ??= isObject(element) ? compile(element) : undefined),
    keepsUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true || extra === true || type === 'any' || (type === 'object' && !isObject(properties) && !isObject(extra)),
  };
}

function relations(schema: Json): Pick<TypeNode, 'listType' | 'listKeys' | 'atomicMap' | 'mergeKey' | 'patchStrategy' | 'default'> {
  const listType = schema['x-kubernetes-list-type'];
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  const strategy = schema['x-kubernetes-patch-strategy'];
  return {
    listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
    listKeys: Array.isArray(schema['x-kubernetes-list-map-keys']) ? (schema['x-kubernetes-list-map-keys'] as string[]) : [],
    atomicMap: schema['x-kubernetes-map-type'] === 'atomic',
    mergeKey: typeof mergeKey === 'string' ? mergeKey : undefined,
    patchStrategy: typeof strategy === 'string' ? strategy.split(',') : [],
    default: schema['default'],
  };
}
