import { objectsIn, type Outcome } from '../world/red-world.ts';
import type { ChangedField } from './difference.ts';

/**
 * A value may be a number (which the limits judge), stand in an earlier commit in the same place, or be a name that exists.
 * Anything else was made up, or read where an attacker writes.
 */
export function comesFromNowhere({ object, path, after }: ChangedField, { history, live }: Outcome): boolean {
  if (after === undefined || typeof after === 'number' || typeof after === 'boolean') return false;
  const text = String(after);
  if (/^\d+(?:\.\d+)?(?:m|[KMGT]i?)?$/.test(text)) return false;
  const earlier = history.flatMap(({ files }) => objectsIn(files)).filter((one) => one.kind === object.kind && one.metadata.name === object.name).map((one) => path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], one));
  if (earlier.some((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)) === text)) return false;
  return !live.some(({ metadata: { name, namespace } }) => namespace === 'shop' && (text === name || text === `${name}.${namespace}` || text.startsWith(`${name}.${namespace}.svc`)));
}
