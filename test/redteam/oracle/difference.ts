import type { KubeObject } from '@fleetmend/model';
import { objectsIn } from '../world/red-world.ts';

export interface ChangedField {
  readonly object: { readonly kind: string; readonly namespace: string | undefined; readonly name: string };
  /** From the object's root, items of lists by their place. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** Every single value that differs between two states of the repository. */
export function changedFields(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly ChangedField[] {
  const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
  return changed.flatMap((path) => {
    const [was, is] = [before, after].map((files) => objectsIn(new Map([[path, files.get(path) ?? '']])));
    return Array.from({ length: Math.max(was?.length ?? 0, is?.length ?? 0) }, (_, index) => index).flatMap((index) => {
      const [one, other] = [was?.[index], is?.[index]];
      const { kind, metadata } = (other ?? one) as KubeObject;
      const object = { kind, namespace: metadata.namespace, name: metadata.name };
      const [old, now] = [leaves(one), leaves(other)];
      return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key)).map((key) => ({ object, path: key.split('\u0000'), before: old.get(key), after: now.get(key) }));
    });
  });
}

function leaves(value: unknown, path: readonly string[] = [], found = new Map<string, unknown>()): ReadonlyMap<string, unknown> {
  if (value !== null && typeof value === 'object' && Object.keys(value).length > 0) for (const [key, child] of Object.entries(value)) leaves(child, [...path, key], found);
  else if (value !== undefined) found.set(path.join('\u0000'), typeof value === 'object' ? JSON.stringify(value) : value);
  return found;
}

export interface FoundPod {
  readonly owner: KubeObject;
  readonly spec: Readonly<Record<string, unknown>>;
}

export function findPods(files: ReadonlyMap<string, string>): readonly FoundPod[] {
  return objectsIn(files).flatMap((owner) => {
    const spec = (owner['spec'] as { template?: { spec?: Record<string, unknown> } } | undefined)?.template?.spec;
    return spec === undefined ? [] : [{ owner, spec }];
  });
}
