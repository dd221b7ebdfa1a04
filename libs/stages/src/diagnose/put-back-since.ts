import { canonicalJson, type Instant } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import { refOf, sameRef } from '@fleetmend/model';
import type { GitChange, GitVersion } from '@fleetmend/plugin-api';

/**
 * The changes without those by which somebody put back, since it fails, what a place held before: that is a repair on its way and not the
 * cause, whatever the log of a pod from before has to say about it. To take it back would break again what a person has just mended.
 */
export function withoutRepairs(changes: readonly GitChange[], versions: readonly GitVersion[], since: Instant | undefined): readonly GitChange[] {
  if (since === undefined) return changes;
  return changes.filter((change) => change.at <= since || change.path.length === 0 || change.after === undefined || !stoodBefore(change, versions));
}

function stoodBefore({ object, path, after, beforeCommit }: GitChange, versions: readonly GitVersion[]): boolean {
  const at = versions.findIndex(({ commit }) => commit === beforeCommit);
  return at >= 0 && versions.slice(at + 1).some(({ objects }) => {
    const found = objects.find((one) => sameRef(refOf(one), object));
    return found !== undefined && canonicalJson(valueAt(found, [...path]) ?? null) === canonicalJson(after);
  });
}
