import { ROLLOUT_CLUSTERS_MAX, type RolloutState } from '@fleetmend/model';
import { breachOf, progressDeadline } from './breach.ts';
import { canClimb, waitsFor } from './climb.ts';
import { answers, badSpec } from './ladder.ts';
import { climbOf, type OtherRollout, type RolloutView, type StepKind } from './rollout-view.ts';
import { climbers, currentWave, wavesOf } from './waves.ts';

/** Why, as one CamelCase word and as a sentence. */
export interface Why {
  readonly reason: string;
  readonly message: string;
}

/** What to do: change the state, let clusters climb, begin anew under another spec, or wait. */
export type RolloutStep = ({ readonly kind: 'move'; readonly to: RolloutState } & Why) | { readonly kind: 'climb' } | { readonly kind: 'begin' } | ({ readonly kind: 'rest' } & ReturnType<typeof waitsFor>);

/** One line of the table: the first row of a state whose guard holds decides. */
export interface RolloutRow {
  /** A phrase that fits after "when". */
  readonly when: string;
  readonly holds: (view: RolloutView) => boolean;
  readonly decide: (view: RolloutView) => RolloutStep;
}

export type RolloutTable = Readonly<Record<RolloutState, readonly RolloutRow[]>>;

const move = (when: string, holds: RolloutRow['holds'], to: RolloutState, why: (view: RolloutView) => Why): RolloutRow => ({ when, holds, decide: (view) => ({ kind: 'move', to, ...why(view) }) });
const rest = (when: string, holds: RolloutRow['holds'], why: (view: RolloutView) => ReturnType<typeof waitsFor>): RolloutRow => ({ when, holds, decide: (view) => ({ kind: 'rest', ...why(view) }) });
const because = (reason: string, message: string) => (): Why => ({ reason, message });
const always = () => true;

const selected = ({ spec, clusters }: RolloutView): readonly string[] => wavesOf(spec, clusters).flatMap((wave) => wave.clusters);

/** Another rollout that has some of our clusters on their way. */
function rival(view: RolloutView): OtherRollout | undefined {
  const ours = new Set(selected(view));
  return view.others.find(({ state, clusters }) => (state === 'Progressing' || state === 'Paused') && clusters.some((name) => ours.has(name)));
}

const messageOfBundle = ({ bundle }: RolloutView): string => (bundle.state === 'ready' ? '' : bundle.message);
const steps = ({ spec }: RolloutView): readonly StepKind[] => ['Start', ...spec.stages.map(({ mode }): StepKind => `Widen ${mode}`)];
const rejected = (view: RolloutView): boolean => wavesOf(view.spec, view.clusters).some(({ name }) => steps(view).some((step) => answers(view, name, step).includes('Reject')));
const late = (view: RolloutView): boolean => view.now > (progressDeadline(view) ?? Number.POSITIVE_INFINITY);

const anew: RolloutRow = { when: 'the spec is not the one that is climbed', holds: ({ spec, status }) => status.climb !== climbOf(spec), decide: () => ({ kind: 'begin' }) };
const byPerson = move('a person halted it', ({ spec }) => spec.halted, 'Halted', because('HaltedByPerson', 'spec.halted is set'));
const byBreach = move('a limit was passed', (view) => breachOf(view) !== undefined, 'Halted', (view) => {
  const { cause, message } = breachOf(view) ?? { cause: 'EvalErrors', message: '' };
  return { reason: cause, message };
});
const byRejection = move('a human said no', rejected, 'Halted', because('Rejected', 'a RemediationApproval of this rollout rejects it'));
const hopeless: readonly RolloutRow[] = [
  byPerson,
  move('its spec cannot be climbed', ({ spec }) => badSpec(spec) !== undefined, 'Halted', ({ spec }) => ({ reason: 'BadSpec', message: badSpec(spec) ?? '' })),
  move('its bundle is refused', ({ bundle }) => bundle.state === 'refused', 'Halted', (view) => ({ reason: 'BundleRefused', message: messageOfBundle(view) })),
  move('it is paused', ({ spec }) => spec.paused, 'Paused', because('Paused', 'spec.paused is set')),
];

const obstacles: readonly { readonly when: string; readonly holds: RolloutRow['holds']; readonly why: (view: RolloutView) => Why }[] = [
  { when: 'no wave selects a cluster', holds: (view) => selected(view).length === 0, why: because('NoClusters', 'no wave selects a cluster of the fleet: compare spec.waves with `kubectl get fc --show-labels`') },
  { when: 'it selects too many clusters', holds: (view) => selected(view).length > ROLLOUT_CLUSTERS_MAX, why: because('TooManyClusters', `more than ${ROLLOUT_CLUSTERS_MAX} clusters: split it into several rollouts`) },
  { when: 'another rollout has some of its clusters', holds: (view) => rival(view) !== undefined, why: (view) => ({ reason: 'OtherRollout', message: `waits for ${rival(view)?.name}, which has some of the same clusters` }) },
  { when: 'its bundle is not here yet', holds: ({ bundle }) => bundle.state === 'missing', why: (view) => ({ reason: 'BundleMissing', message: messageOfBundle(view) }) },
];

/** The life of a policy rollout. Harm stands before progress, and progress before the deadline. */
export const rolloutTable: RolloutTable = {
  Pending: [
    anew,
    ...hopeless,
    ...obstacles.map(({ when, holds, why }) => move(when, holds, 'Waiting', why)),
    move('nothing stands in its way', always, 'Progressing', because('Started', 'the first wave starts')),
  ],
  Waiting: [anew, ...hopeless, ...obstacles.map(({ when, holds, why }) => rest(when, holds, why)), move('nothing stands in its way any more', always, 'Progressing', because('Started', 'the first wave starts'))],
  Progressing: [
    anew,
    byPerson,
    byBreach,
    byRejection,
    move('it is paused', ({ spec }) => spec.paused, 'Paused', because('Paused', 'spec.paused is set')),
    { when: 'somebody may climb, and the bundle is here', holds: (view) => view.bundle.state === 'ready' && canClimb(view), decide: () => ({ kind: 'climb' }) },
    move('every cluster of every wave is done', (view) => climbers(view).length > 0 && currentWave(view) === undefined, 'Completed', (view) => ({ reason: 'Completed', message: `${climbers(view).length} clusters enforce it` })),
    move('nothing moved until the deadline', late, 'Halted', (view) => ({ reason: 'ProgressDeadline', message: `no progress since ${view.status.progressedAt}; it waited: ${waitsFor(view).message}` })),
    rest('the bundle is not here', ({ bundle }) => bundle.state !== 'ready', (view) => ({ reason: 'BundleMissing', message: messageOfBundle(view) })),
    rest('something is awaited', always, waitsFor),
  ],
  Paused: [
    anew,
    byPerson,
    byBreach,
    byRejection,
    rest('it is still paused', ({ spec }) => spec.paused, because('Paused', 'spec.paused is set')),
    move('it goes on before it began', ({ status }) => status.startedAt === undefined, 'Pending', because('Resumed', 'the pause is over')),
    move('it goes on', always, 'Progressing', because('Resumed', 'the pause is over')),
  ],
  Halted: [anew, rest('it halted: only another spec begins anew', always, ({ status }) => ({ reason: 'Halted', message: status.reason ?? '' }))],
  Completed: [anew, rest('it is complete', always, ({ status }) => ({ reason: 'Completed', message: status.reason ?? '' }))],
};
