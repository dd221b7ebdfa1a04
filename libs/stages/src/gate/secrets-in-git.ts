import type { KubeObject } from '@fleetmend/model';

/** Kinds that make a Secret of the same name. */
const MAKERS = ['Secret', 'SealedSecret', 'ExternalSecret'];
/** Where those kinds keep the keys of the Secret. */
const KEYS = [['data'], ['stringData'], ['spec', 'encryptedData'], ['spec', 'template', 'data']] as const;

type Json = Readonly<Record<string, unknown>>;

/** Names and keys of the Secrets that these objects make, and of those that their workloads read: what Git knows of Secrets, without what they hold. */
export function secretsInGit(objects: readonly KubeObject[]): readonly string[] {
  const made = objects.filter(({ kind }) => MAKERS.includes(kind)).flatMap((object) => [nameOf(object), ...KEYS.flatMap((path) => Object.keys(asRecord(path.reduce<unknown>((value, key) => asRecord(value)[key], object)))), ...externalKeys(object)]);
  const read = objects.flatMap(({ spec }) => referencesIn(spec));
  return [...new Set([...made, ...read])].slice(0, 500);
}

function nameOf(object: KubeObject): string {
  const name = asRecord(asRecord(object['spec'])['target'])['name'];
  return typeof name === 'string' ? name : object.metadata.name;
}

function externalKeys(object: KubeObject): readonly string[] {
  const data = asRecord(object['spec'])['data'];
  return Array.isArray(data) ? data.flatMap((entry) => textOf(asRecord(entry)['secretKey'])) : [];
}

function referencesIn(value: unknown, key = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => referencesIn(item, key));
  if (value === null || typeof value !== 'object') return key === 'secretName' ? textOf(value) : [];
  const own = value as Json;
  const here = /^(secretKeyRef|secretRef|secret|imagePullSecrets)$/.test(key) ? [...textOf(own['name']), ...textOf(own['key'])] : [];
  return [...here, ...Object.entries(own).flatMap(([name, item]) => referencesIn(item, name))];
}

function textOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}

function asRecord(value: unknown): Json {
  return value !== null && typeof value === 'object' ? (value as Json) : {};
}
