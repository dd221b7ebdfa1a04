import { isDeepStrictEqual } from 'node:util';
import { type Document, type ParsedNode, type Tags, parseAllDocuments } from 'yaml';

export const YAML_VERSIONS = ['1.1', '1.2'] as const;
export type YamlVersion = (typeof YAML_VERSIONS)[number];
export type YamlDocument = Document.Parsed<ParsedNode>;

/** Source tokens are kept, so that places in the text can be found; integers stay exact, so that comparing is. */
export function parseYaml(text: string, version: YamlVersion): readonly YamlDocument[] {
  return [...parseAllDocuments<ParsedNode>(text, { version, keepSourceTokens: true, intAsBigInt: true, logLevel: 'error' })];
}

/**
 * As Kubernetes tools read a file: the booleans, octals and merge keys of YAML 1.1, but neither its dates nor its
 * base-60 numbers. Source: the scalar rules of go-yaml, which sigs.k8s.io/yaml and with it kubectl, kustomize and Flux use.
 */
export function parseKubernetesYaml(text: string): readonly YamlDocument[] {
  return [...parseAllDocuments<ParsedNode>(text, { version: '1.1', logLevel: 'error', customTags: withoutDatesAndBase60 })];
}

function withoutDatesAndBase60(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')));
}

/** The values of all documents, or the first syntax error. An alias bomb is an error too. */
export function valuesOf(documents: readonly YamlDocument[]): { readonly values: readonly unknown[] } | { readonly error: string } {
  const values: unknown[] = [];
  for (const [index, document] of documents.entries()) {
    const [error] = document.errors;
    if (error) return { error: `document ${index}: ${firstLine(error.message)}` };
    try {
      values.push(document.toJS({ maxAliasCount: 100 }));
    } catch (cause) {
      return { error: `document ${index}: ${firstLine(cause instanceof Error ? cause.message : String(cause))}` };
    }
  }
  return { values };
}

export function sameValue(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
