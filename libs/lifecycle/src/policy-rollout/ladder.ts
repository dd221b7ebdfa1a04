import { parseDuration, parseTime, renderTime, type Duration } from '@fleetmend/kernel';
import type { PolicyRolloutSpec, RolloutCluster, RolloutMode } from '@fleetmend/model';
import { stepOf, type RolloutView, type StepKind } from './rollout-view.ts';

const LADDER: readonly RolloutMode[] = ['Shadow', 'Warn', 'Enforce'];
/** Replayed decisions count for at most this share of a sample: the rest has to happen now. */
const REPLAYED_SHARE = 0.8;

type Stage = PolicyRolloutSpec['stages'][number];

export function stageOf({ stages }: Pick<PolicyRolloutSpec, 'stages'>, mode: RolloutMode): Stage | undefined {
  return stages.find((stage) => stage.mode === mode);
}

/** The mode after this one; undefined after the last. */
export function nextMode({ stages }: Pick<PolicyRolloutSpec, 'stages'>, mode: RolloutMode): RolloutMode | undefined {
  return stages[stages.findIndex((stage) => stage.mode === mode) + 1]?.mode;
}

/** Why the spec can not be climbed; undefined: it can. */
export function badSpec({ stages, waves, halt }: PolicyRolloutSpec): string | undefined {
  const rungs = stages.map(({ mode }) => LADDER.indexOf(mode));
  if (rungs.some((rung, index) => index > 0 && rung <= (rungs[index - 1] ?? -1))) return 'spec.stages has to climb: Shadow before Warn before Enforce, each at most once';
  if (stages.at(-1)?.mode !== 'Enforce') return 'spec.stages has to end with Enforce, or the rollout never ends';
  if (new Set(waves.map(({ name }) => name)).size < waves.length) return 'spec.waves has two waves of the same name: give each its own';
  const durations = [...stages.map(({ soak }) => soak), halt?.progressDeadline];
  const bad = durations.find((text) => text !== undefined && !readable(text));
  return bad === undefined ? undefined : `"${bad}" is not a duration: write whole numbers with units d, h, m or s, for example 24h`;
}

function readable(text: string): boolean {
  try {
    return parseDuration(text) >= 0;
  } catch {
    return false;
  }
}

/** A named human said yes to this step, and nobody said no. */
export function granted(view: RolloutView, wave: string, kind: StepKind): boolean {
  const said = answers(view, wave, kind);
  return said.includes('Approve') && !said.includes('Reject');
}

/** What people said of one step. */
export function answers(view: RolloutView, wave: string, kind: StepKind): readonly ('Approve' | 'Reject')[] {
  const step = stepOf(view, wave, kind);
  return view.approvals.filter((approval) => approval.planDigest === step).map(({ decision }) => decision);
}

/** A yes to leaving a stage holds in the next one too: what it allows there is what was said yes to. */
export function mayWiden(view: RolloutView, wave: string, mode: RolloutMode): boolean {
  const before = view.spec.stages[view.spec.stages.findIndex((stage) => stage.mode === mode) - 1]?.mode;
  return granted(view, wave, `Widen ${mode}`) || (before !== undefined && granted(view, wave, `Widen ${before}`));
}

/** What still keeps a cluster from its next stage. `Approval`: only a human can lift it. */
export type Holds = { readonly by: 'Soak' | 'Sample' | 'Approval' | 'InCluster'; readonly message: string; readonly step?: StepKind };

/** A minimum sample beats time: a quiet cluster does not promote. And what allows more than before never does by itself. */
export function heldBack(view: RolloutView, one: RolloutCluster): Holds | undefined {
  const { soak, minDecisions = 0 } = stageOf(view.spec, one.mode) ?? {};
  const where = `${one.name} in ${one.mode}`;
  const until = (parseTime(one.since) ?? view.now) + soakOf(soak);
  if (view.now < until) return { by: 'Soak', message: `${where} until ${renderTime(until)}` };
  const sample = sampleOf(one, minDecisions);
  if (sample < minDecisions) return { by: 'Sample', message: `${where}: ${sample} of ${minDecisions} decisions` };
  if (one.counts.newAllows > 0 && !granted(view, one.wave, `Widen ${one.mode}`)) return { by: 'Approval', message: `${where} allows ${one.counts.newAllows} that were denied: needs a named human`, step: `Widen ${one.mode}` };
  if (nextMode(view.spec, one.mode) === undefined) return notInPlace(view, one);
  return undefined;
}

/** A cluster is done only when what the bundle has for the cluster itself is there, too. One that uses none of that waits for nothing. */
function notInPlace({ spec, clusters }: RolloutView, { name, mode }: RolloutCluster): Holds | undefined {
  const live = clusters.find((cluster) => cluster.name === name)?.inCluster;
  if (live === undefined || (live.whole && live.digest === spec.bundle.digest)) return undefined;
  const there = live.whole ? `those of ${live.digest}` : 'not those of one bundle alone, or not yet taken';
  return { by: 'InCluster', message: `${name} in ${mode}: the constraints and admission policies in it are ${there}` };
}

function sampleOf({ counts }: RolloutCluster, wanted: number): number {
  return counts.decisions - counts.replayed + Math.min(counts.replayed, Math.floor(wanted * REPLAYED_SHARE));
}

export function soakOf(soak: string | undefined): Duration {
  return soak === undefined ? 0 : parseDuration(soak);
}
