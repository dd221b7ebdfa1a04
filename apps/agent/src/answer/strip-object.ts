import { isHand, ownedFields, type KubeObject } from '@fleetmend/model';
import { isSecretName, redact, type RedactionSession } from '@fleetmend/redaction';

/** Holds a copy of the whole manifest, values and all. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const DATA_FIELDS = ['data', 'stringData', 'binaryData'];
/** Shorter texts hold no token; skipping them keeps large lists cheap. */
const SHORTEST_TOKEN = 12;
/** Names of the cluster's own: a password that is also the name of an image must not tear that name apart. */
const STRUCTURE = new Set(['apiVersion', 'kind', 'name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'image', 'imageID', 'containerID', 'nodeName']);

type Json = Readonly<Record<string, unknown>>;

/**
 * An object as it may leave the cluster: no data of Secrets and ConfigMaps, no values of secret-like names, every other text
 * redacted, and of managedFields only who manages, and since when and which fields where that is a person. The values that are taken out are learned, so that they go from logs too.
 */
export function stripObject(object: KubeObject, session: RedactionSession): KubeObject {
  learnValues(object, session);
  const stripped = strip(object, '', session) as Record<string, unknown>;
  if (object.kind === 'Secret' || object.kind === 'ConfigMap') for (const field of DATA_FIELDS) delete stripped[field];
  stripped['metadata'] = stripMetadata(stripped['metadata'] as Json);
  return stripped as unknown as KubeObject;
}

function stripMetadata(metadata: Json): Json {
  const { managedFields, annotations, ...rest } = metadata;
  const kept = Object.fromEntries(Object.entries((annotations ?? {}) as Json).filter(([name]) => name !== LAST_APPLIED));
  const managers = Array.isArray(managedFields) ? managedFields.map(managerOf) : undefined;
  return { ...rest, ...(annotations === undefined ? {} : { annotations: kept }), ...(managers === undefined ? {} : { managedFields: managers }) };
}

/** Names of fields of the object itself, and none of their values. */
const MOST_FIELDS = 60;

function managerOf(entry: Json): Json {
  const { manager, operation, time, subresource, fieldsV1 } = entry;
  const written = { manager, operation, ...(time === undefined ? {} : { time }), ...(subresource === undefined ? {} : { subresource }) };
  return isHand(manager) ? { ...written, fields: ownedFields(fieldsV1).slice(0, MOST_FIELDS) } : written;
}

/** Exact literals first: a value may stand in an argument before its name comes by. */
function learnValues(value: unknown, session: RedactionSession): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) return value.forEach((item) => learnValues(item, session));
  const secret = secretPair(value as Json);
  if (secret !== undefined) session.learn(secret);
  for (const item of Object.values(value)) learnValues(item, session);
}

/** The value of `{name: DB_PASSWORD, value: …}`, as env lists and Helm parameters have it. */
function secretPair(value: Json): string | undefined {
  const { name, value: content } = value;
  return typeof name === 'string' && typeof content === 'string' && content !== '' && isSecretName(name) ? content : undefined;
}

function strip(value: unknown, key: string, session: RedactionSession): unknown {
  if (STRUCTURE.has(key) && typeof value === 'string') return value;
  if (typeof value === 'string') return value.length < SHORTEST_TOKEN && session.literals.length === 0 ? value : redact(value, session);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => strip(item, key, session));
  const named = key === 'labels' || key === 'annotations' || key === 'matchLabels';
  const secret = secretPair(value as Json);
  const out: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const isSecret = typeof item === 'string' && item !== '' && ((name === 'value' && secret !== undefined) || (!named && isSecretName(name)));
    out[name] = isSecret ? session.placeholder('SECRET_VALUE', item) : strip(item, name, session);
  }
  return out;
}
