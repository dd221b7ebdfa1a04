import { canonicalJson, messageOf, PermanentError, sha256 } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { isRecord } from '../manifests.ts';
import type { HelmRelease, ValuesReference } from './shapes.ts';

type Values = Readonly<Record<string, unknown>>;

export interface ComposedValues {
  readonly values: Values;
  /** `path=value`, put in after everything else. */
  readonly set: readonly string[];
  readonly setString: readonly string[];
  readonly digest: string;
}

/**
 * The values of a release: each reference in order, then the release's own, then what a reference puts at one path.
 * Source: fluxcd/pkg/chartutil 1.2, values.go ("target path precedence over all").
 *
 * @throws PermanentError `ValuesError` in the words of helm-controller
 */
export function composeValues(objects: ClusterObjects, { metadata, spec }: HelmRelease): ComposedValues {
  let values: Values = {};
  const set: string[] = [];
  const setString: string[] = [];
  for (const reference of spec.valuesFrom ?? []) {
    const text = readReference(objects, metadata.namespace ?? '', reference);
    if (text === undefined) continue;
    if (reference.targetPath !== undefined) {
      const quoted = /^(["'])([\s\S]*)\1$/.exec(text);
      (quoted ? setString : set).push(`${reference.targetPath}=${quoted?.[2] ?? text}`);
      continue;
    }
    values = mergeValues(values, parseValues(metadata.namespace ?? '', reference, text));
  }
  values = mergeValues(values, spec.values ?? {});
  return { values, set, setString, digest: sha256(canonicalJson([values, set, setString])) };
}

/** Maps are merged, anything else is replaced. */
export function mergeValues(a: Values, b: Values): Values {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key];
    merged[key] = isRecord(before) && isRecord(value) ? mergeValues(before, value) : value;
  }
  return merged;
}

function readReference(objects: ClusterObjects, namespace: string, reference: ValuesReference): string | undefined {
  const { kind, name, valuesKey = 'values.yaml', optional = false } = reference;
  if (kind !== 'ConfigMap' && kind !== 'Secret') throw unresolved(namespace, reference, 'unsupported values reference kind');
  const found = objects.get<KubeObject & { readonly data?: Readonly<Record<string, string>> }>('v1', kind, namespace, name);
  const text = found?.data?.[valuesKey];
  if (text !== undefined) return kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text;
  if (optional) return undefined;
  throw unresolved(namespace, reference, found ? 'key not found' : `${kind === 'Secret' ? 'secrets' : 'configmaps'} "${name}" not found`);
}

function parseValues(namespace: string, reference: ValuesReference, text: string): Values {
  let value: unknown;
  try {
    value = parseYaml(text, { version: '1.1' });
  } catch (error) {
    throw unresolved(namespace, reference, messageOf(error));
  }
  if (value === null || value === undefined) return {};
  if (isRecord(value)) return value;
  throw unresolved(namespace, reference, 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}');
}

function unresolved(namespace: string, { kind, name, valuesKey = 'values.yaml' }: ValuesReference, why: string): PermanentError {
  return new PermanentError('ValuesError', `could not resolve ${kind} chart values reference '${namespace}/${name}' with key '${valuesKey}': ${why}`);
}
