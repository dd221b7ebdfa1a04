import { canonicalJson } from '@fleetmend/kernel';
import { type KubeObject, type ObjectDiff, type ObjectRef, groupOf, refOf } from '@fleetmend/model';

/**
 * Every object that differs between two renders, in the order of their names, with JSON Pointers (RFC 6901) of the leaves
 * that differ. Objects are matched by group, kind, namespace and name; an object that stands there twice is matched in order.
 */
export function structuralDiff(before: readonly KubeObject[], after: readonly KubeObject[]): readonly ObjectDiff[] {
  const old = byIdentity(before);
  const now = byIdentity(after);
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    const object = is ?? was;
    const paths = differingLeaves(was, is);
    if (!object || paths.length === 0) return [];
    return [{ ref: refOf(object), op: was === undefined ? 'Create' : is === undefined ? 'Delete' : 'Update', paths, before: was, after: is } satisfies ObjectDiff];
  });
}

function byIdentity(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  const result = new Map<string, KubeObject>();
  for (const object of objects) {
    const name = identity(refOf(object));
    let key = name;
    for (let copy = 2; result.has(key); copy += 1) key = `${name} (${copy})`;
    result.set(key, object);
  }
  return result;
}

function identity({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return JSON.stringify([groupOf(apiVersion), kind, namespace ?? '', name]);
}

/** JSON Pointers of all leaves that are not equal in both; an empty map or list is a leaf. */
export function differingLeaves(before: unknown, after: unknown, pointer = ''): readonly string[] {
  if (before === after) return [];
  if ((before === undefined) === (after === undefined) && canonicalJson(before) === canonicalJson(after)) return [];
  const [was, is] = [childrenOf(before), childrenOf(after)];
  const keys = was && is && !(before && after && Array.isArray(before) !== Array.isArray(after)) ? [...new Set([...Object.keys(was), ...Object.keys(is)])] : [];
  if (keys.length === 0) return [pointer];
  return keys.flatMap((key) => differingLeaves(was?.[key], is?.[key], `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
}

/** The fields of a map or list, where nothing at all counts as an empty one; undefined for a plain value. */
function childrenOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : undefined;
}
