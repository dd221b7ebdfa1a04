import { renderTime } from '@fleetmend/kernel';
import type { DecisionCounts, PolicyRolloutStatus, RolloutCluster } from '@fleetmend/model';
import { granted, heldBack, nextMode } from './ladder.ts';
import { NOTHING_COUNTED, stepOf, type RolloutView, type StepKind } from './rollout-view.ts';
import { climbers, currentWave, type Wave } from './waves.ts';

/** The clusters with what was counted since. A count never falls: another hub's log may be shorter, and what was seen was seen. */
export function observed(view: RolloutView): readonly RolloutCluster[] {
  return climbers(view).map((one) => ({ ...one, counts: atLeast(one.counts, view.counted(one.name, one.mode)) }));
}

function atLeast(known: DecisionCounts, counted: DecisionCounts): DecisionCounts {
  const keys = Object.keys(NOTHING_COUNTED) as (keyof DecisionCounts)[];
  return Object.fromEntries(keys.map((key) => [key, Math.max(known[key], counted[key])])) as DecisionCounts;
}

/** Everybody of the present wave one rung up who may, then as many new ones as there is room for. */
export function climbed(view: RolloutView): readonly RolloutCluster[] {
  const here = climbers(view);
  const wave = currentWave(view);
  if (wave === undefined) return here;
  const promoted = here.map((one) => (one.done || one.wave !== wave.name || heldBack(view, one) ? one : promote(view, one)));
  if (waitsToStart(view, wave)) return promoted;
  const mine = promoted.filter((one) => one.wave === wave.name);
  const room = wave.atOnce - mine.filter((one) => !one.done).length;
  const fresh = wave.clusters.filter((name) => !mine.some((one) => one.name === name)).slice(0, Math.max(0, room));
  return [...promoted, ...fresh.map((name) => entered(view, name, wave.name))];
}

/** Somebody would move now. */
export function canClimb(view: RolloutView): boolean {
  const before = climbers(view);
  return climbed(view).some((one) => !before.some((known) => known.name === one.name && known.mode === one.mode && known.done === one.done));
}

function promote(view: RolloutView, one: RolloutCluster): RolloutCluster {
  const mode = nextMode(view.spec, one.mode);
  return mode === undefined ? { ...one, done: true } : { ...one, mode, since: renderTime(view.now), counts: NOTHING_COUNTED };
}

function entered({ spec, now }: RolloutView, name: string, wave: string): RolloutCluster {
  return { name, wave, mode: spec.stages[0]?.mode ?? 'Shadow', since: renderTime(now), done: false, counts: NOTHING_COUNTED };
}

function waitsToStart(view: RolloutView, { name, needsApproval }: Wave): boolean {
  return needsApproval && !granted(view, name, 'Start');
}

/** What the climb waits for, in words, and the step that a human has to decide upon if it is that. */
export function waitsFor(view: RolloutView): { readonly reason: string; readonly message: string; readonly awaits?: PolicyRolloutStatus['awaits'] } {
  const wave = currentWave(view);
  if (wave === undefined) return { reason: 'NoClusters', message: 'no cluster of the fleet belongs to a wave any more' };
  if (waitsToStart(view, wave)) return needsHuman(view, wave.name, 'Start', `wave ${wave.name} starts only when a named human says so`);
  const held = climbers(view).filter((one) => one.wave === wave.name && !one.done).flatMap((one) => heldBack(view, one) ?? []);
  const human = held.find(({ step }) => step !== undefined);
  if (human?.step !== undefined) return needsHuman(view, wave.name, human.step, human.message);
  const [first] = held;
  return first === undefined ? { reason: 'Climbing', message: `wave ${wave.name}` } : { reason: first.by, message: first.message };
}

function needsHuman(view: RolloutView, wave: string, kind: StepKind, message: string) {
  return { reason: 'Approval', message, awaits: { step: stepOf(view, wave, kind), what: message.slice(0, 256) } };
}
