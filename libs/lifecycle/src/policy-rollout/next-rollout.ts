import { renderTime } from '@fleetmend/kernel';
import type { Condition, PolicyRolloutStatus, RolloutCluster, RolloutMode, RolloutState } from '@fleetmend/model';
import { climbed, observed } from './climb.ts';
import { rolloutTable, type RolloutStep, type RolloutTable, type Why } from './rollout-table.ts';
import { climbOf, stateOf, type RolloutView } from './rollout-view.ts';
import { currentWave } from './waves.ts';

/** A change of state, told once it was written. */
export interface RolloutMove extends Why {
  readonly from: RolloutState;
  readonly to: RolloutState;
}

export interface NextRollout {
  readonly status: PolicyRolloutStatus;
  readonly moves: readonly RolloutMove[];
}

/** No chain of moves is longer in the table; a longer one is a loop, and stops here. */
const LONGEST_CHAIN = 6;
const MODES: readonly RolloutMode[] = ['Shadow', 'Warn', 'Enforce'];
const ON_ITS_WAY: readonly RolloutState[] = ['Progressing', 'Paused'];

/** The step that the table says; its last row always holds. */
export function decideRollout(view: RolloutView, table: RolloutTable = rolloutTable): RolloutStep {
  const row = table[stateOf(view)].find(({ holds }) => holds(view));
  return row?.decide(view) ?? { kind: 'rest', reason: 'NoRow', message: 'no row of the table holds' };
}

/**
 * The next status of a rollout: what was counted, every move that follows from it, and at most one climb, so that a hub which
 * was away takes one rung at a look. Pure; the same view gives the same status.
 */
export function nextRollout(view: RolloutView, table?: RolloutTable): NextRollout {
  const moves: RolloutMove[] = [];
  let current = ON_ITS_WAY.includes(stateOf(view)) ? withStatus(view, { clusters: [...observed(view)] }) : view;
  for (let turn = 0; turn < LONGEST_CHAIN; turn += 1) {
    const step = decideRollout(current, table);
    if (step.kind === 'move') {
      moves.push({ from: stateOf(current), to: step.to, reason: step.reason, message: step.message });
      current = moved(current, step.to, step);
    } else if (step.kind === 'begin') {
      current = { ...current, status: { state: 'Pending', climb: climbOf(current.spec), generation: current.generation, ...(current.status.conditions ? { conditions: current.status.conditions } : {}) } };
    } else if (step.kind === 'climb') {
      const next = withStatus(current, { clusters: [...climbed(current)], progressedAt: renderTime(current.now) });
      return { status: shown(next, decideRollout(next, table)), moves };
    } else return { status: shown(current, step), moves };
  }
  return { status: current.status, moves };
}

function withStatus(view: RolloutView, status: Partial<PolicyRolloutStatus>): RolloutView {
  return { ...view, status: { ...view.status, ...status } };
}

function moved(view: RolloutView, to: RolloutState, why: Why): RolloutView {
  const now = renderTime(view.now);
  const reason = textOf(why);
  const times = to === 'Progressing' ? { startedAt: view.status.startedAt ?? now, progressedAt: now } : to === 'Halted' || to === 'Completed' ? { finishedAt: now } : {};
  return withStatus(view, { state: to, reason, ...times, conditions: conditions(view, to, why) });
}

/** What `kubectl get policyrollout` shows, laid over the facts. The ends keep the wave and stage that they came in. */
function shown(view: RolloutView, step: RolloutStep): PolicyRolloutStatus {
  const { awaits: _, ...status } = view.status;
  if (status.state === 'Halted' || status.state === 'Completed') return status;
  const wave = ON_ITS_WAY.includes(stateOf(view)) ? currentWave(view)?.name : undefined;
  // When all waves are done, the last one is what is shown.
  const finished = wave === undefined && (status.clusters ?? []).length > 0;
  const stage = finished ? status.stage : lowest((status.clusters ?? []).filter((one) => one.wave === wave && !one.done));
  const { wave: last, stage: _stage, ...plain } = status;
  const shownWave = finished ? last : wave;
  const reason = step.kind === 'rest' ? textOf(step) : status.reason;
  return {
    ...plain,
    ...(shownWave === undefined ? {} : { wave: shownWave }),
    ...(stage === undefined ? {} : { stage }),
    ...(reason === undefined ? {} : { reason }),
    ...(step.kind === 'rest' && step.awaits !== undefined ? { awaits: step.awaits } : {}),
  };
}

function lowest(clusters: readonly RolloutCluster[]): RolloutMode | undefined {
  return MODES.find((mode) => clusters.some((one) => one.mode === mode));
}

function textOf({ reason, message }: Why): string {
  return `${reason}: ${message}`.slice(0, 256);
}

function conditions({ status, now }: RolloutView, to: RolloutState, why: Why): Condition[] {
  const holds = { Progressing: to === 'Progressing', Halted: to === 'Halted', Completed: to === 'Completed' };
  return Object.entries(holds).map(([type, held]) => {
    const wanted = held ? 'True' : 'False';
    const known = status.conditions?.find((condition) => condition.type === type);
    return { type, status: wanted, reason: why.reason, message: why.message.slice(0, 512), lastTransitionTime: known?.status === wanted ? known.lastTransitionTime : renderTime(now) };
  });
}
