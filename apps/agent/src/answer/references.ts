import type { KubeObject } from '@fleetmend/model';
import type { RawItem } from './evidence-items.ts';

/** What a pod template names: the kubelet's own messages say which of them is missing, because we have no right to look. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string | undefined;
  readonly optional: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const SOURCES: Readonly<Record<string, Reference['kind']>> = { configMapKeyRef: 'ConfigMap', configMapRef: 'ConfigMap', configMap: 'ConfigMap', secretKeyRef: 'Secret', secretRef: 'Secret', secret: 'Secret' };

/** Every ConfigMap and Secret, with the key where one is named, that an object's pod template refers to. */
export function referencesOf(value: unknown): readonly Reference[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  return Object.entries(value).flatMap(([field, item]) => {
    const kind = SOURCES[field];
    if (field === 'imagePullSecrets' && Array.isArray(item)) return item.flatMap((entry: Json) => (typeof entry['name'] === 'string' ? [{ kind: 'Secret' as const, name: entry['name'], key: undefined, optional: false }] : []));
    return [...(kind === undefined ? [] : referenceIn(kind, item)), ...referencesOf(item)];
  });
}

function referenceIn(kind: Reference['kind'], item: unknown): readonly Reference[] {
  if (typeof item !== 'object' || item === null) return [];
  const { name, secretName, key, optional, items } = item as Json;
  const named = typeof name === 'string' ? name : secretName;
  if (typeof named !== 'string') return [];
  const keys = Array.isArray(items) ? items.map((entry: Json) => String(entry['key'])) : [typeof key === 'string' ? key : undefined];
  return keys.map((one) => ({ kind, name: named, key: one, optional: optional === true }));
}

export function referencesItem(object: KubeObject): RawItem | undefined {
  const lines = new Set(referencesOf(object['spec']).map(({ kind, name, key, optional }) => `${kind} ${name}${key === undefined ? '' : ` key ${key}`}${optional ? ' (optional)' : ''}`));
  return lines.size === 0 ? undefined : { kind: 'reference', title: 'ConfigMaps, Secrets and keys that the template names', text: [...lines].toSorted().join('\n') };
}
