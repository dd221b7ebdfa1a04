import type { Action } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insideContainer, isTarget, restore } from '../changes-in-effect.ts';
import { isMeantToGrow } from '../intent.ts';
import { configMapsOf } from '../references.ts';
import { bytesOf } from './memory-room.ts';

/** Who wants more asks for twice or four times as much; this much more is a zero or a unit that slipped in. */
const SLIP = 8n;

/**
 * A setting that a commit raised many times, from what fits into the memory limit of a container to what no step of it would hold: it is the
 * setting that goes back. Undefined: there is none, or more was wanted in so many words.
 */
export function sizeBeyondLimit(kase: Case, container: string, limit: bigint): { readonly cause: string; readonly action: Action } | undefined {
  const reads = configMapsOf(kase, container);
  const found = changesInEffect(kase).filter((change) => isSetting(kase, change, container, reads) && !isMeantToGrow(change)).filter(({ before, after }) => {
    const [was, is] = [sizeIn(before), sizeIn(after)];
    return was !== undefined && is !== undefined && was < limit && is > limit * 2n && is >= was * SLIP;
  });
  const [change, another] = found;
  if (!change || another) return undefined;
  const where = isTarget(kase, change.object) ? change.path.slice(-2).join('/') : `${change.path.at(-1) ?? ''} of ${change.object.kind} ${change.object.name}`;
  return { cause: `${commitWords(change)} raised ${where} from ${String(change.before)} to ${String(change.after)}, more than twice the memory limit of ${container}`, action: restore(kase, change) };
}

function isSetting(kase: Case, change: GitChange, container: string, reads: ReadonlySet<string>): boolean {
  if (change.object.kind === 'ConfigMap') return change.path[0] === 'data' && change.path.length === 2 && reads.has(change.object.name);
  const inside = isTarget(kase, change.object) ? insideContainer(kase, change, container) : undefined;
  return /^(?:env|args|command)$/.test(inside?.[0] ?? '');
}

/** An amount of memory in a setting: `480Mi`, `2GB`, `-Xmx512m`, `--max-old-space-size=2048`. A bare number may be anything. */
function sizeIn(value: unknown): bigint | undefined {
  if (typeof value !== 'string') return undefined;
  const nodeHeap = /--max[-_]old[-_]space[-_]size=(\d+)/.exec(value)?.[1];
  if (nodeHeap !== undefined) return bytesOf(`${nodeHeap}Mi`);
  const [, amount, unit = ''] = /^(?:.*-Xmx|.*=)?(\d+) ?([kmg])i?b?$/i.exec(value.trim()) ?? [];
  return amount === undefined ? undefined : bytesOf(`${amount}${unit.toUpperCase() === 'K' ? 'Ki' : `${unit.toUpperCase()}i`}`);
}
