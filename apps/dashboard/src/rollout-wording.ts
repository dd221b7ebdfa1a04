import type { RolloutClusterSummary, RolloutSummary } from '@fleetmend/model';
import type { Tone } from './wording.ts';

const TONES: Readonly<Record<string, Tone>> = { Pending: 'quiet', Waiting: 'waiting', Progressing: 'busy', Paused: 'waiting', Halted: 'bad', Completed: 'good' };

export const toneOfRollout = (state: string): Tone => TONES[state] ?? 'quiet';

export interface Rung {
  readonly label: string;
  readonly place: 'past' | 'here' | 'stopped' | 'ahead';
}

/** The ladder of a cluster: what is behind it, where it is, what comes. In a rollout that halted it has stopped there. */
export function rungsOf({ mode, done }: RolloutClusterSummary, { stages, state }: Pick<RolloutSummary, 'stages' | 'state'>): readonly Rung[] {
  const at = stages.findIndex((stage) => stage.mode === mode);
  return stages.map((stage, index): Rung => ({ label: stage.mode, place: done || (at >= 0 && index < at) ? 'past' : index === at ? (state === 'Halted' ? 'stopped' : 'here') : 'ahead' }));
}

/** What was counted in the stage where a cluster is, in words; empty where it has not begun. */
export function countsOf({ mode, done, counts }: RolloutClusterSummary, { stages }: Pick<RolloutSummary, 'stages'>): readonly { readonly text: string; readonly bad: boolean }[] {
  if (counts === undefined) return [];
  const wanted = done ? undefined : stages.find((stage) => stage.mode === mode)?.minDecisions;
  const some = (count: number, text: string) => (count > 0 ? [{ text: `${count} ${text}`, bad: true }] : []);
  return [
    { text: `${counts.decisions}${wanted === undefined || wanted <= counts.decisions ? '' : ` of ${wanted}`} decisions${counts.replayed > 0 ? `, ${counts.replayed} of them judged again` : ''}`, bad: false },
    ...some(counts.newDenies, 'newly denied'),
    ...some(counts.newAllows, 'newly allowed'),
    ...some(counts.evalErrors, 'without an answer'),
    ...some(counts.failedVerifications, `of ${counts.verified + counts.failedVerifications} repairs not verified`),
  ];
}
