import { isPermanent } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { podSpecPathOf, type KubeObject } from '@fleetmend/model';
import type { FieldHistory, GitChange, GitVersion } from '@fleetmend/plugin-api';
import { objectIn } from '../propose/source.ts';
import { suspectFields } from './suspect-fields.ts';

/** No object has more settings that a person would look at. */
const LIMIT = 160;

interface Known {
  readonly live: KubeObject;
  readonly container: string | undefined;
  readonly versions: readonly GitVersion[];
  readonly changes: readonly GitChange[];
}

/**
 * The values of the target's fields in Git, newest first: those that some commit changed, then those of the failing container,
 * then the rest of its spec. Where a commit does not set a field there is no entry; fields that never were in Git are left out.
 */
export function targetHistory({ live, container, versions, changes }: Known): readonly FieldHistory[] {
  const objects = versions.flatMap(({ objects: rendered, commit, at }) => {
    const object = objectIn(rendered, live);
    return object === undefined ? [] : [{ object, commit, at }];
  });
  const changed = changes.filter((change) => objectIn([{ ...live, ...change.object, metadata: { ...change.object } } as unknown as KubeObject], live) !== undefined && change.path.length > 0).map(({ path }) => path);
  const paths = [...changed, ...ofContainer(live, container), ...suspectFields(live['spec']).map((path) => ['spec', ...path])];
  const seen = new Set<string>();
  return paths
    .filter((path) => !seen.has(path.join('\u0000')) && seen.add(path.join('\u0000')))
    .map((path) => ({ path, values: objects.map(({ object, commit, at }) => ({ value: readAt(object, path), commit, at })).filter(({ value }) => value !== undefined) }))
    .filter(({ values }) => values.length > 0)
    .slice(0, LIMIT);
}

/** In a state where two items share the name that the path asks for there is no one value. */
function readAt(object: KubeObject, path: readonly string[]): unknown {
  try {
    return valueAt(object, [...path]);
  } catch (error) {
    if (isPermanent(error)) return undefined;
    throw error;
  }
}

function ofContainer(live: KubeObject, container: string | undefined): readonly (readonly string[])[] {
  if (container === undefined) return [];
  for (const list of ['containers', 'initContainers']) {
    const path = [...podSpecPathOf(live.kind), list, `[name=${container}]`];
    const value = valueAt(live, path);
    if (value !== undefined) return suspectFields(value).map((field) => [...path, ...field]);
  }
  return [];
}
