import { canonicalJson } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';

/**
 * What an object that a commit took away is called since: the one of its kind that came with that commit and is the same but for its name,
 * wherever that stands in it. Undefined: it was taken away, and nothing like it came.
 */
export function heirOf({ changes }: Case, { object, before, commit }: GitChange): KubeObject | undefined {
  const came = changes.filter((change) => change.commit === commit && change.path.length === 0 && change.before === undefined && change.object.kind === object.kind && change.object.namespace === object.namespace);
  const alike = came.filter((change) => withoutName(before, object.name) === withoutName(change.after, change.object.name));
  const [only, second] = alike;
  return second === undefined ? (only?.after as KubeObject | undefined) : undefined;
}

function withoutName(value: unknown, name: string): string {
  return canonicalJson(value ?? null).replaceAll(name, '\u0000');
}
