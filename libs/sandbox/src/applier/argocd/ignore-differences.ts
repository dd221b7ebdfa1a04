import type { KubeObject } from '../../objects.ts';
import { isRecord } from '../manifests.ts';
import type { Application, IgnoreDifference } from './shapes.ts';

/**
 * The wanted object with the live values in every place that `ignoreDifferences` names: a difference there is none.
 * JSON pointers, and jq expressions that are plain paths (`.spec.replicas`, `.spec.template.spec.containers[0].image`).
 * Source: argo-cd.readthedocs.io, "Diffing Customization".
 */
export function withIgnored({ spec }: Application, object: KubeObject, live: KubeObject): KubeObject {
  return (spec.ignoreDifferences ?? []).filter((rule) => concerns(rule, object)).reduce<KubeObject>((result, rule) => pathsOf(rule).reduce<KubeObject>((one, path) => copyAt(one, live, path) as KubeObject, result), object);
}

function concerns({ group = '', kind, name, namespace }: IgnoreDifference, { apiVersion, kind: own, metadata }: KubeObject): boolean {
  const ownGroup = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return (group === '*' || group === ownGroup) && (kind === '*' || kind === own) && (!name || name === metadata.name) && (!namespace || namespace === metadata.namespace);
}

function pathsOf({ jsonPointers = [], jqPathExpressions = [] }: IgnoreDifference): readonly (readonly string[])[] {
  const pointers = jsonPointers.map((pointer) => pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')));
  const plain = jqPathExpressions.filter((expression) => /^(\.[A-Za-z_][\w-]*(\[\d+\])*)+$/.test(expression)).map((expression) => expression.slice(1).replaceAll(/\[(\d+)\]/g, '.$1').split('.'));
  return [...pointers, ...plain];
}

function copyAt(into: unknown, from: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === undefined) return into;
  if (Array.isArray(into)) {
    const index = Number(head);
    return into.map((item: unknown, at) => (at === index ? (rest.length === 0 ? childOf(from, head) : copyAt(item, childOf(from, head), rest)) : item));
  }
  if (!isRecord(into)) return into;
  const theirs = childOf(from, head);
  if (rest.length > 0) return into[head] === undefined ? into : { ...into, [head]: copyAt(into[head], theirs, rest) };
  const { [head]: _, ...others } = into;
  return theirs === undefined ? others : { ...others, [head]: theirs };
}

function childOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) ? value[key] : undefined;
}
