import { INNER_YAML, valueAt, withValue } from '@fleetmend/manifest';
import type { JsonValue, KubeObject } from '@fleetmend/model';
import type { Tree } from '@fleetmend/ports';
import type { Build, Rendered } from './build.ts';
import { asFields } from './layers.ts';

/** One field of one rendered object that is to change, and where the object comes from. */
export interface Wanted {
  readonly tree: Tree;
  readonly build: Build;
  readonly object: KubeObject;
  readonly from: Rendered['from'];
  /** The object's document in its file; undefined for a generated one. */
  readonly resource: { readonly file: string; readonly text: string; readonly document: number; readonly within: readonly string[]; readonly object: KubeObject } | undefined;
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
  /** Earlier states of the repository, newest first. */
  readonly earlier?: () => Promise<readonly Tree[]>;
}

/** The names by which kustomizations may speak of the object: as its file does, and as it is rendered. */
export function isCalled({ object, resource }: Pick<Wanted, 'object' | 'resource'>, name: unknown): boolean {
  return typeof name === 'string' && name !== '' && (name === resource?.object.metadata.name || name === object.metadata.name || (!resource && object.metadata.name.includes(name)));
}

/** Numbers become selectors by name where the items have names: a patch may hold the items in another order. */
export function byName(object: KubeObject, path: readonly string[]): readonly string[] {
  return path.map((segment, depth) => {
    const list: unknown = valueAt(object, path.slice(0, depth));
    const { name } = asFields(Array.isArray(list) && /^\d+$/.test(segment) ? list[Number(segment)] : undefined);
    return typeof name === 'string' ? `[name=${name}]` : segment;
  });
}

/** Selectors become numbers, as in a JSON Pointer, up to where a text begins that holds YAML; undefined where an item is not there. */
export function byIndex(object: KubeObject, path: readonly string[]): readonly string[] | undefined {
  const indexed: string[] = [];
  for (const [depth, segment] of path.entries()) {
    if (segment === INNER_YAML) return [...indexed, ...path.slice(depth)];
    const match = /^\[([^=\]]+)=(.*)\]$/s.exec(segment);
    const list: unknown = valueAt(object, indexed);
    const index = match && Array.isArray(list) ? list.findIndex((item) => String(asFields(item)[match[1] ?? '']) === match[2]) : -1;
    if (match && index < 0) return undefined;
    indexed.push(match ? String(index) : segment);
  }
  return indexed;
}

/**
 * As a strategic-merge patch can say it: lists whose items are not told apart by name are said whole. Undefined where no patch can.
 */
export function asMerge({ object, path, value }: Pick<Wanted, 'object' | 'path' | 'value'>): { readonly path: readonly string[]; readonly value: JsonValue | undefined } | undefined {
  if (path.includes(INNER_YAML)) return undefined;
  const named = byName(object, path);
  const at = named.findIndex((segment, depth) => (segment === '-' || /^\d+$/.test(segment)) && Array.isArray(valueAt(object, named.slice(0, depth))));
  if (at < 0) return { path: named, value };
  const list = named.slice(0, at);
  return { path: list, value: valueAt(withValue(object, path, value), list) as JsonValue | undefined };
}
