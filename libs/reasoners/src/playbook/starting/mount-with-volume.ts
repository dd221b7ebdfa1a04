import type { FieldValue } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, valueIn } from '../changes-in-effect.ts';
import type { RuleAnswer } from '../rule.ts';
import { asList, asRecord, findContainer, podSpecPath, valueAt } from '../workload.ts';

/**
 * A mount and its volume that were taken out together come back together: one without the other is refused.
 * Undefined: that is not what happened, or the volume is more than the catalogue can write in one go.
 */
export function mountWithVolume(kase: Case, name: string, chosen: GitChange | undefined): RuleAnswer | undefined {
  const container = findContainer(kase.target, name);
  if (!chosen || !container || chosen.before === undefined || insideContainer(kase, chosen, name)?.[0] !== 'volumeMounts') return undefined;
  const pod = podSpecPath(kase.target);
  const present = (object: unknown, list: readonly string[]) => asList(valueAt(object, list));
  const gone = (list: readonly string[]) => {
    const now = present(kase.target, list).map((item) => JSON.stringify([item['name'], item['mountPath']]));
    const before = asList(valueIn(kase, chosen.beforeCommit, chosen.object, list));
    return before.filter((item) => !now.includes(JSON.stringify([item['name'], item['mountPath']])));
  };
  const mounts = gone([...container.path, 'volumeMounts']);
  const named = new Set(mounts.map((mount) => mount['name']));
  const volumes = gone([...pod, 'volumes']).filter((volume) => named.has(volume['name']));
  const lost = changesInEffect(kase).some(({ commit, path, after }) => commit === chosen.commit && path[pod.length] === 'volumes' && after === undefined);
  if (!lost || volumes.length === 0 || mounts.length + volumes.length > 6 || !volumes.every(isFlat)) return undefined;
  const fields = [...volumes.map((value) => ({ path: [...pod, 'volumes', '-'], value: value as FieldValue })), ...mounts.map((value) => ({ path: [...container.path, 'volumeMounts', '-'], value: value as FieldValue }))];
  return { cause: `${commitWords(chosen)} took out volume ${[...named].join(', ')} of ${name}, which it still uses`, confidence: 0.9, cites: ['log', 'object', 'history'], candidates: [{ action: 'setVolume', fields }] };
}

/** A name and a source whose fields are plain values. */
function isFlat(volume: Readonly<Record<string, unknown>>): boolean {
  return Object.values(volume).every((source) => typeof source !== 'object' || Object.values(asRecord(source)).every((field) => typeof field !== 'object'));
}
