import { PermanentError } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { parseKubernetesYaml, valuesOf } from './reading.ts';

/** One Kubernetes object of a file: which document holds it, and where inside (`items`, `2` of a List; empty otherwise). */
export interface ManifestObject {
  readonly document: number;
  readonly within: readonly string[];
  readonly object: KubeObject;
}

/**
 * All Kubernetes objects of a file in order, Lists opened. Documents that are empty or no objects (a kustomization patch
 * without a kind, a values file) are left out.
 *
 * @throws PermanentError `BadYaml` naming file, document and the parser's words.
 */
export function readDocuments(text: string, file = 'this file'): readonly ManifestObject[] {
  const documents = parseKubernetesYaml(text);
  const other = documents.find(({ directives }) => directives?.yaml.explicit === true && directives.yaml.version !== '1.1');
  // go-yaml refuses it; read by its word, `privileged: yes` would be a text to us and true to a cluster.
  if (other) throw new PermanentError('BadYaml', `${file} is not YAML that Kubernetes tools read: its directive says %YAML ${other.directives?.yaml.version}; take the directive out`);
  const read = valuesOf(documents);
  if ('error' in read) {
    const hint = text.includes('{{') ? '; it looks like a template, which only its own tool can read' : '';
    throw new PermanentError('BadYaml', `${file} is not YAML that Kubernetes tools read: ${read.error}${hint}`);
  }
  return read.values.flatMap((value, document) => objectsIn(value, document));
}

/** Every document of a text as a plain value, as Kubernetes tools read it; undefined when the text is no YAML. */
export function readValues(text: string): readonly unknown[] | undefined {
  const read = valuesOf(parseKubernetesYaml(text));
  return 'values' in read ? read.values : undefined;
}

function objectsIn(value: unknown, document: number): readonly ManifestObject[] {
  if (!isTyped(value)) return [];
  const { items } = value;
  if (value.kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => (isObject(item) ? [{ document, within: ['items', String(index)], object: item }] : []));
  }
  return isObject(value) ? [{ document, within: [], object: value }] : [];
}

function isTyped(value: unknown): value is { readonly apiVersion: string; readonly kind: string; readonly items?: unknown } {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' && 'apiVersion' in value && typeof value.apiVersion === 'string';
}

function isObject(value: unknown): value is KubeObject {
  if (!isTyped(value) || !('metadata' in value)) return false;
  const { metadata } = value;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string';
}
