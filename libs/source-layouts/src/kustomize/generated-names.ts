import type { KubeObject } from '@fleetmend/model';
import { asFields, listOf, type Layer } from './layers.ts';

/** What kustomize appends to the name of a generated object: ten signs of a hash of its content. Source: its api/hasher. */
const HASH = /-[bcdfghkmt2456789]{10}$/;

/** The name without the hash of its content. */
export function stemOf(name: string): string {
  return name.replace(HASH, '');
}

/**
 * The objects with generated names as their kustomizations say them, and every reference to them alike. A new value in a
 * generated ConfigMap gives it a new name, and whoever refers to it too: that is one change, and it should look like one.
 */
export function withoutHashes(objects: readonly KubeObject[], layers: readonly Layer[]): readonly KubeObject[] {
  const generators = layers.flatMap(({ value }) => [...generated(value['configMapGenerator'], 'ConfigMap'), ...generated(value['secretGenerator'], 'Secret')]);
  if (generators.length === 0) return objects;
  const names = new Map<string, string>();
  for (const { kind, metadata } of objects) {
    const stem = stemOf(metadata.name);
    if (stem !== metadata.name && generators.some((one) => one.kind === kind && stem.includes(one.name))) names.set(metadata.name, stem);
  }
  return names.size === 0 ? objects : objects.map((object) => renamed(object, names) as KubeObject);
}

function generated(list: unknown, kind: string): readonly { readonly kind: string; readonly name: string }[] {
  return listOf(list).flatMap((entry) => {
    const { name } = asFields(entry);
    return typeof name === 'string' ? [{ kind, name }] : [];
  });
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, names)]));
}
