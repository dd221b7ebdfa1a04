import { canonicalJson, isPermanent } from '@fleetmend/kernel';
import { sameRef, type IntendedChange, type KubeObject, type ObjectDiff } from '@fleetmend/model';
import { INNER_YAML, valueAt, withValue } from './field.ts';

/** The one object that differs is the one to change, and it became what the change says, to the last field. */
export function isExactly(diffs: readonly ObjectDiff[], change: IntendedChange): boolean {
  const [only, ...more] = diffs;
  if (only === undefined || more.length > 0 || only.op !== 'Update' || only.before === undefined || only.after === undefined) return false;
  if (!sameRef({ ...only.ref, namespace: change.object.namespace }, change.object)) return false;
  if (only.ref.namespace !== undefined && change.object.namespace !== undefined && only.ref.namespace !== change.object.namespace) return false;
  const wanted = expected(opened(only.before, change), change);
  return wanted !== undefined && canonicalJson(withoutEmpty(wanted)) === canonicalJson(withoutEmpty(opened(only.after, change)));
}

/** The object with every field set; undefined where the change cannot be made to it at all. */
function expected(before: unknown, { fields }: IntendedChange): unknown {
  try {
    return fields.reduce<unknown>((object, { path, value }) => withValue(object, path, value), before);
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

/** Every text that a field goes on inside of, as the value that it holds. */
function opened(object: KubeObject, { fields }: IntendedChange): unknown {
  return fields.reduce<unknown>((value, { path }) => path.reduce((outer, segment, depth) => (segment === INNER_YAML ? openAt(outer, path.slice(0, depth)) : outer), value), object);
}

function openAt(object: unknown, path: readonly string[]): unknown {
  const text = valueAt(object, path);
  return typeof text === 'string' ? withValue(object, path, { [INNER_YAML]: valueAt(text, [INNER_YAML]) ?? text }) : object;
}

/** A field that is taken out may leave an empty map behind, or none: Kubernetes knows no difference between `limits: {}` and nothing. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)] as const).filter(([key, item]) => !(EMPTY_IS_NOTHING.has(key) && isEmpty(item))));
}

const EMPTY_IS_NOTHING: ReadonlySet<string> = new Set(['resources', 'limits', 'requests', 'annotations', 'labels', 'nodeSelector', 'affinity']);

function isEmpty(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}
