import { canonicalJson, isPermanent } from '@fleetmend/kernel';
import { sameRef, type IntendedChange, type KubeObject, type ObjectDiff } from '@fleetmend/model';
import { INNER_YAML, valueAt, withValue } from './field.ts';

/**
 * The one object that differs is the one to change, and it became what the change says, to the last field. Beside it, where the
 * value is wrong everywhere, others may have lost the same value for the same one.
 */
export function isExactly(diffs: readonly ObjectDiff[], change: IntendedChange): boolean {
  const [own, second] = diffs.filter((diff) => isObjectOf(change, diff));
  if (own === undefined || second !== undefined || own.op !== 'Update' || own.before === undefined || own.after === undefined) return false;
  const wanted = expected(opened(own.before, change), change);
  if (wanted === undefined || canonicalJson(withoutEmpty(wanted)) !== canonicalJson(withoutEmpty(opened(own.after, change)))) return false;
  return diffs.every((diff) => diff === own || (change.everywhere === true && hasSameSlip(diff, own, change)));
}

function isObjectOf({ object }: IntendedChange, { ref }: ObjectDiff): boolean {
  return sameRef({ ...ref, namespace: object.namespace }, object) && (ref.namespace === undefined || object.namespace === undefined || ref.namespace === object.namespace);
}

/** Nothing differs in it but fields of that name, of which each held the wrong value and holds the right one now. */
function hasSameSlip({ op, ref, paths, before, after }: ObjectDiff, own: ObjectDiff, { fields: [field, ...more] }: IntendedChange): boolean {
  if (field === undefined || more.length > 0 || op !== 'Update' || ref.namespace !== own.ref.namespace) return false;
  const wrong = valueAt(own.before, field.path);
  return paths.every((pointer) => {
    const path = pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    return path.at(-1) === field.path.at(-1) && typeof wrong === 'string' && valueAt(before, path) === wrong && valueAt(after, path) === field.value;
  });
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
