import type { KubeObject } from '../../objects.ts';
import type { Draft, Writer } from '../cluster.ts';
import { isObject, type Json } from '../json.ts';
import type { ResourceType } from '../resource-types.ts';
import type { TypeNode } from '../schema.ts';
import { compare } from './compare.ts';
import { readEntries, renderEntries, withFields, type ManagedEntry } from './entries.ts';
import { difference, EMPTY, type FieldSet, LEAF, makeSet, union } from './field-set.ts';

export interface Tracked {
  readonly type: ResourceType;
  readonly old: KubeObject | undefined;
  readonly next: Draft;
  readonly writer: Writer;
  readonly time: string;
  readonly subresource: string | undefined;
}

/** The managedFields after a create, update or patch (not an apply): what changed is the writer's now. */
export function trackWrite({ type, old, next, writer, time, subresource }: Tracked): readonly unknown[] {
  const before = old ?? skeletonOf(type);
  const { changed, removed } = compare(before, next, type.schema);
  const entries = readEntries(next.metadata['managedFields']);
  const ours = (entry: ManagedEntry) => entry.operation === 'Update' && entry.manager === writer.manager && entry.apiVersion === type.apiVersion && entry.subresource === subresource;
  const mine = entries.find(ours) ?? { manager: writer.manager, operation: 'Update' as const, apiVersion: type.apiVersion, time, subresource, fields: EMPTY, source: undefined };
  const others = entries.filter((entry) => !ours(entry)).map((entry) => ({ ...entry, fields: difference(difference(entry.fields, changed), removed) }));
  const fields = withoutSystemFields(union(difference(mine.fields, removed), changed), type, subresource);
  return renderEntries([...others, withFields(mine, fields, time)]);
}

const IDENTITY = ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds'];
const SYSTEM: FieldSet = makeSet(false, new Map([['f:apiVersion', LEAF], ['f:kind', LEAF], ['f:metadata', makeSet(true, new Map(IDENTITY.map((name) => [`f:${name}`, LEAF])))]]));

/** Nobody owns an object's identity; and through the main resource nobody owns its status, nor through status its spec. */
export function withoutSystemFields(set: FieldSet, type: ResourceType, subresource: string | undefined): FieldSet {
  const rest = difference(set, SYSTEM);
  if (!type.subresources.has('status')) return rest;
  const foreign = subresource === 'status' ? 'f:spec' : 'f:status';
  if (!rest.children.has(foreign)) return rest;
  return makeSet(rest.member, new Map([...rest.children].filter(([key]) => key !== foreign)));
}

const skeletons = new WeakMap<TypeNode, Json>();

/** An object of the type with nothing set: what a decoder makes of `{}`. Its plain structs exist, so nobody adds them. */
function skeletonOf(type: ResourceType): unknown {
  if (type.custom) return {};
  const known = skeletons.get(type.schema);
  if (known) return known;
  const made = skeleton(type.schema);
  skeletons.set(type.schema, made);
  return made;
}

function skeleton(type: TypeNode): Json {
  const made: Json = {};
  for (const [name, field] of type.fields()) {
    if (field.type === 'object' && isObject(field.default)) made[name] = skeleton(field);
    else if (type.required.includes(name) && (field.type === 'array' || field.type === 'map')) made[name] = field.type === 'array' ? [] : {};
  }
  return made;
}
