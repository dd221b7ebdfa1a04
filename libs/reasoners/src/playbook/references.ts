import { refOf, type KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { isTarget } from './changes-in-effect.ts';
import { asList, asRecord, podSpecPath, valueAt } from './workload.ts';

export type ReferencedKind = 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim';

/** One place of a pod spec that names another object, or a key of one. Paths run from the root of the object that holds the pod spec. */
export interface Reference {
  readonly kind: ReferencedKind;
  readonly name: string;
  readonly namePath: readonly string[];
  readonly key?: string;
  readonly keyPath?: readonly string[];
  /** The container whose environment it feeds; undefined: a volume. */
  readonly container?: string;
  readonly optional: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Every ConfigMap, Secret and claim that the pods of an object refer to. */
export function referencesOf(object: KubeObject): readonly Reference[] {
  const pod = podSpecPath(object);
  const spec = asRecord(valueAt(object, pod));
  const containers = (['containers', 'initContainers'] as const).flatMap((list) => asList(spec[list]).flatMap((item) => ofContainer(item, [...pod, list, `[name=${text(item['name'])}]`])));
  return [...containers, ...asList(spec['volumes']).flatMap((volume) => ofVolume(volume, [...pod, 'volumes', `[name=${text(volume['name'])}]`]))];
}

/** The ConfigMaps that a container reads. Git may call a generated one otherwise than the cluster, which knows it by the hash of its content too. */
export function configMapsOf(kase: Case, container: string | undefined): ReadonlySet<string> {
  const inGit = kase.versions[0]?.objects.find((one) => isTarget(kase, refOf(one)));
  const refs = [kase.target, ...(inGit ? [inGit] : [])].flatMap(referencesOf);
  return new Set(refs.filter((ref) => ref.kind === 'ConfigMap' && (ref.container === undefined || container === undefined || ref.container === container)).map(({ name }) => name));
}

function ofContainer(item: Json, path: readonly string[]): readonly Reference[] {
  const container = text(item['name']);
  const env = asList(item['env']).flatMap((variable) => {
    const at = [...path, 'env', `[name=${text(variable['name'])}]`, 'valueFrom'];
    const from = asRecord(variable['valueFrom']);
    return KEYED.flatMap(({ field, kind }) => {
      const ref = asRecord(from[field]);
      if (typeof ref['name'] !== 'string') return [];
      return [{ kind, name: ref['name'], namePath: [...at, field, 'name'], key: text(ref['key']), keyPath: [...at, field, 'key'], container, optional: ref['optional'] === true }];
    });
  });
  const envFrom = asList(item['envFrom']).flatMap((source, index) =>
    WHOLE.flatMap(({ field, kind }) => {
      const ref = asRecord(source[field]);
      return typeof ref['name'] === 'string' ? [{ kind, name: ref['name'], namePath: [...path, 'envFrom', String(index), field, 'name'], container, optional: ref['optional'] === true }] : [];
    }),
  );
  return [...env, ...envFrom];
}

const KEYED = [{ field: 'configMapKeyRef', kind: 'ConfigMap' }, { field: 'secretKeyRef', kind: 'Secret' }] as const;
const WHOLE = [{ field: 'configMapRef', kind: 'ConfigMap' }, { field: 'secretRef', kind: 'Secret' }] as const;
const SOURCES = [{ field: 'configMap', nameKey: 'name', kind: 'ConfigMap' }, { field: 'secret', nameKey: 'secretName', kind: 'Secret' }, { field: 'persistentVolumeClaim', nameKey: 'claimName', kind: 'PersistentVolumeClaim' }] as const;

function ofVolume(volume: Json, path: readonly string[]): readonly Reference[] {
  const own = SOURCES.flatMap(({ field, nameKey, kind }) => withItems(asRecord(volume[field]), [...path, field], nameKey, kind));
  const projected = asList(asRecord(volume['projected'])['sources']).flatMap((source, index) =>
    SOURCES.slice(0, 2).flatMap(({ field, kind }) => withItems(asRecord(source[field]), [...path, 'projected', 'sources', String(index), field], 'name', kind)),
  );
  return [...own, ...projected];
}

function withItems(source: Json, path: readonly string[], nameKey: string, kind: ReferencedKind): readonly Reference[] {
  const name = source[nameKey];
  if (typeof name !== 'string') return [];
  const whole = { kind, name, namePath: [...path, nameKey], optional: source['optional'] === true };
  return [whole, ...asList(source['items']).map((item, index) => ({ ...whole, key: text(item['key']), keyPath: [...path, 'items', String(index), 'key'] }))];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
