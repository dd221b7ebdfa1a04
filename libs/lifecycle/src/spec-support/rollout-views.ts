import { hours, renderTime } from '@fleetmend/kernel';
import type { DecisionCounts, PolicyRolloutSpec, PolicyRolloutStatus, RolloutCluster, RolloutMode } from '@fleetmend/model';
import { climbOf, NOTHING_COUNTED, type LabelledCluster, type RolloutView } from '../policy-rollout/rollout-view.ts';

export const START = Date.UTC(2026, 0, 5, 9);
export const DIGEST = `sha256:${'b'.repeat(64)}`;
/** Of the spec when its climb began. */
export const GENERATION = 3;
export const at = (offset: number) => renderTime(START + offset);

/** Three rings of one, two and four clusters. */
export const FLEET: readonly LabelledCluster[] = ['r0-a', 'r1-a', 'r1-b', 'r2-a', 'r2-b', 'r2-c', 'r2-d'].map((name) => ({ name, labels: { ring: name.slice(1, 2) } }));

export function aSpec(over: Partial<PolicyRolloutSpec> = {}): PolicyRolloutSpec {
  return {
    bundle: { digest: DIGEST, source: { file: '/bundles/new' } },
    waves: ['0', '1', '2'].map((ring) => ({ name: `ring-${ring}`, clusters: { matchLabels: { ring } }, maxConcurrency: ring === '2' ? '50%' : '1' })),
    stages: [{ mode: 'Shadow', soak: '24h', minDecisions: 50 }, { mode: 'Warn', soak: '24h', minDecisions: 20 }, { mode: 'Enforce' }],
    paused: false,
    halted: false,
    ...over,
  };
}

export function counts(over: Partial<DecisionCounts> = {}): DecisionCounts {
  return { ...NOTHING_COUNTED, ...over };
}

export function onItsWay(name: string, mode: RolloutMode, over: Partial<RolloutCluster> = {}): RolloutCluster {
  return { name, wave: `ring-${name.slice(1, 2)}`, mode, since: at(0), done: false, counts: NOTHING_COUNTED, ...over };
}

export interface Given extends Partial<Omit<RolloutView, 'status' | 'now' | 'spec'>> {
  readonly spec?: Partial<PolicyRolloutSpec>;
  readonly status?: PolicyRolloutStatus;
  /** Since the start. */
  readonly after?: number;
}

export function aRolloutView({ spec: over, status, after = hours(1), ...rest }: Given = {}): RolloutView {
  const spec = aSpec(over);
  return { name: 'fleetmend-system/new', spec, status: { climb: climbOf(spec), generation: GENERATION, ...status }, generation: GENERATION, clusters: FLEET, counted: () => NOTHING_COUNTED, bundle: { state: 'ready' }, others: [], approvals: [], now: START + after, ...rest };
}

export const progressing = (...clusters: readonly RolloutCluster[]): PolicyRolloutStatus => ({ state: 'Progressing', startedAt: at(0), progressedAt: at(0), clusters: [...clusters] });
