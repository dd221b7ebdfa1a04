import { decode } from '../decode.ts';
import { cloneJson, isObject, type Json, listAt, textAt } from '../json.ts';
import { type FieldError, invalidValue } from '../refusals.ts';
import { type ResourceType, schemas } from '../resource-types.ts';
import { ANY, type TypeNode } from '../schema.ts';
import { compileRules, evaluateRules, type RuleProblem } from './cel.ts';
import type { CustomType, PrinterColumn } from './custom-type.ts';
import { fillDefaults, prune } from './prune.ts';
import { validateSchema } from './validate-schema.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** The types that a definition serves, one per served version, and what is wrong with its rules. */
export function customVersions(definition: Json): { readonly types: readonly ResourceType[]; readonly problems: readonly RuleProblem[] } {
  const spec = isObject(definition['spec']) ? definition['spec'] : {};
  const versions = listAt(spec, 'versions');
  const problems: RuleProblem[] = [];
  const storedAs = `${textAt(spec, 'group')}/${textAt(versions.find((version) => version['storage'] === true), 'name')}`;
  const types = versions.flatMap((version, index) => {
    const compiled = compileVersion(version, index, problems);
    return version['served'] === true ? [resourceType(spec, version, storedAs, compiled)] : [];
  });
  return { types, problems };
}

function compileVersion(version: Json, index: number, problems: RuleProblem[]): CustomType & { readonly node: TypeNode } {
  const schemaAt = (version['schema'] as Json | undefined)?.['openAPIV3Schema'];
  const schema = isObject(schemaAt) ? schemaAt : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const content = { ...schema, properties: Object.fromEntries(Object.entries(isObject(schema['properties']) ? schema['properties'] : {}).filter(([name]) => !['apiVersion', 'kind', 'metadata'].includes(name))) };
  const { tree, problems: found } = compileRules(schema, `spec.versions[${index}].schema.openAPIV3Schema`);
  problems.push(...found);
  const scale = at2(version, 'subresources', 'scale');
  return {
    node: nodeOf(content),
    openapi: schema,
    printerColumns: listAt(version, 'additionalPrinterColumns') as unknown as readonly PrinterColumn[],
    selectableFields: listAt(version, 'selectableFields').map((field) => textAt(field, 'jsonPath')),
    scale,
    read(input, what) {
      const { apiVersion, kind, metadata, ...rest } = input;
      const object = cloneJson(rest);
      const removed = prune(object, content, '').map((path) => `unknown field "${path}"`);
      const meta = decode({ metadata: isObject(metadata) ? metadata : {} }, metaHolder, what);
      return { object: { apiVersion, kind, metadata: meta.object['metadata'], ...dropUndefined(object) }, unknown: [...meta.unknown, ...removed] };
    },
    default: (draft) => fillDefaults(draft, content),
    validate(draft, old, subresource) {
      const value = contentOf(draft);
      const errors = validateSchema(value, content, '');
      if (!tree) return errors;
      if (errors.some(isBlocking)) return [...errors, UNCHECKED];
      return [...errors, ...evaluateRules(tree, draft, old, '').filter(({ field }) => (subresource === 'status' ? field.startsWith('status') || field === '<nil>' : true))];
    },
  };
}

const UNCHECKED: FieldError = invalidValue('<nil>', null, 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation');

function isBlocking({ reason }: FieldError): boolean {
  return reason === 'FieldValueNotSupported' || reason === 'FieldValueRequired' || reason === 'FieldValueTooLong' || reason === 'FieldValueTooMany' || reason === 'FieldValueTypeInvalid';
}

function contentOf(draft: Json): Json {
  const { apiVersion: _, kind: __, metadata: ___, ...content } = draft;
  return content;
}

const metaHolder: TypeNode = { ...ANY, type: 'object', keepsUnknown: false, fields: () => new Map([['metadata', schemas.named(OBJECT_META)]]) };

function nodeOf(content: Json): TypeNode {
  const node = schemas.of(content);
  let fields: ReadonlyMap<string, TypeNode> | undefined;
  return { ...node, fields: () => (fields ??= new Map([...node.fields(), ['metadata', schemas.named(OBJECT_META)], ['apiVersion', ANY], ['kind', ANY]])) };
}

function resourceType(spec: Json, version: Json, storedAs: string, { node, ...custom }: CustomType & { readonly node: TypeNode }): ResourceType {
  const group = textAt(spec, 'group');
  const name = textAt(version, 'name');
  const kind = textAt(spec, 'names', 'kind');
  const plural = textAt(spec, 'names', 'plural');
  const names = (spec['names'] ?? {}) as { readonly shortNames?: readonly string[]; readonly categories?: readonly string[] };
  const responseKind = { group, version: name, kind };
  const subresources = [
    ...(isObject(at2(version, 'subresources', 'status')) ? [{ subresource: 'status', responseKind, verbs: ['get', 'patch', 'update'] }] : []),
    ...(custom.scale ? [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: ['get', 'patch', 'update'] }] : []),
  ];
  const namespaced = spec['scope'] === 'Namespaced';
  return {
    group, version: name, apiVersion: `${group}/${name}`, kind, plural, namespaced, custom, storedAs,
    listKind: textAt(spec, 'names', 'listKind') || `${kind}List`,
    verbs: VERBS,
    subresources: new Map(subresources.map((sub) => [sub.subresource, sub])),
    discovered: {
      resource: plural, responseKind, scope: namespaced ? 'Namespaced' : 'Cluster', singularResource: textAt(spec, 'names', 'singular') || kind.toLowerCase(), verbs: VERBS,
      ...(names.shortNames?.length ? { shortNames: names.shortNames } : {}),
      ...(names.categories?.length ? { categories: names.categories } : {}),
      ...(subresources.length > 0 ? { subresources } : {}),
    },
    storage: `${group}/${plural}`,
    schema: node,
  };
}

function at2(value: Json, first: string, second: string): Json | undefined {
  const inner = isObject(value[first]) ? value[first][second] : undefined;
  return isObject(inner) ? inner : undefined;
}

function dropUndefined(value: Json): Json {
  for (const key of Object.keys(value)) if (value[key] === undefined) delete value[key];
  return value;
}
