import { days, hours } from '@fleetmend/kernel';
import type { PolicyRolloutSpec, RolloutMode } from '@fleetmend/model';
import type { LabelledCluster, RolloutView, StepKind } from '../policy-rollout/rollout-view.ts';
import { stepOf } from '../policy-rollout/rollout-view.ts';
import { aRolloutView, aSpec, DIGEST, FLEET, GENERATION, at, counts, onItsWay, progressing, type Given } from './rollout-views.ts';

export interface RolloutExample {
  readonly sentence: string;
  readonly view: RolloutView;
  /** `→ State (Reason)`, `climb`, `begin`, or `rest (Reason)`. */
  readonly wanted: string;
}

const example = (sentence: string, given: Given, wanted: string): RolloutExample => ({ sentence, view: aRolloutView(given), wanted });
const said = (wave: string, kind: StepKind, decision: 'Approve' | 'Reject', { generation = GENERATION, ...over }: Partial<PolicyRolloutSpec> & { readonly generation?: number } = {}) => [{ planDigest: stepOf({ spec: aSpec(over), status: { generation } }, wave, kind), decision, approver: 'ann' }];
const byHand: Partial<PolicyRolloutSpec> = { waves: [{ name: 'prod', clusters: {}, before: ['Approval'] }] };
const widening = { halt: { newAllows: 3 } };
const widens = (mode: RolloutMode, newAllows = 1) => progressing(onItsWay('r0-a', mode, { counts: counts({ decisions: 50, newAllows }) }));
const refused = { bundle: { state: 'refused' as const, message: 'another digest' } };
const missing = { bundle: { state: 'missing' as const, message: 'not answering' } };
const rival = { others: [{ name: 'fleetmend-system/old', state: 'Progressing' as const, clusters: ['r1-b'] }] };
const canary = (over = {}) => progressing(onItsWay('r0-a', 'Shadow', over));
const sampled = { counts: counts({ decisions: 50 }) };
const done = ['r0-a', 'r1-a', 'r1-b', 'r2-a', 'r2-b', 'r2-c', 'r2-d'].map((name) => onItsWay(name, 'Enforce', { done: true }));
const enforcing = progressing(onItsWay('r0-a', 'Enforce'));
const withLive = (inCluster: LabelledCluster['inCluster']) => FLEET.map((cluster) => (cluster.name === 'r0-a' ? { ...cluster, inCluster } : cluster));
const pausedStatus = (started = true) => ({ ...canary(), state: 'Paused' as const, ...(started ? {} : { startedAt: undefined as never }) });

/** One sentence for each thing that the table has to say. */
export const rolloutExamples: readonly RolloutExample[] = [
  ...(['Pending', 'Waiting', 'Progressing', 'Paused', 'Halted', 'Completed'] as const).map((state) => example(`${state}: another spec begins anew`, { status: { ...canary(), state, climb: `sha256:${'0'.repeat(64)}` }, spec: { halted: true } }, 'begin')),
  example('Pending: a person halts it before it starts', { spec: { halted: true } }, '→ Halted (HaltedByPerson)'),
  example('Pending: stages that do not climb are refused', { spec: { stages: [{ mode: 'Warn' }, { mode: 'Shadow' }, { mode: 'Enforce' }] } }, '→ Halted (BadSpec)'),
  example('Pending: stages that never enforce are refused', { spec: { stages: [{ mode: 'Shadow' }] } }, '→ Halted (BadSpec)'),
  example('Pending: a bundle with another digest is refused for good', refused, '→ Halted (BundleRefused)'),
  example('Pending: paused from the beginning', { spec: { paused: true } }, '→ Paused (Paused)'),
  example('Pending: no cluster has the labels of a wave', { clusters: [{ name: 'x', labels: {} }] }, '→ Waiting (NoClusters)'),
  example('Pending: more clusters than one rollout may have', { clusters: Array.from({ length: 1001 }, (_, index) => ({ name: `c${index}`, labels: { ring: '0' } })) }, '→ Waiting (TooManyClusters)'),
  example('Pending: another rollout has one of its clusters', rival, '→ Waiting (OtherRollout)'),
  example('Pending: the source of its bundle does not answer', missing, '→ Waiting (BundleMissing)'),
  example('Pending: starts', {}, '→ Progressing (Started)'),
  example('Waiting: a person halts it', { status: { state: 'Waiting' }, spec: { halted: true } }, '→ Halted (HaltedByPerson)'),
  example('Waiting: a spec that cannot be climbed', { status: { state: 'Waiting' }, spec: { stages: [{ mode: 'Shadow' }] } }, '→ Halted (BadSpec)'),
  example('Waiting: the bundle arrived, and is another', { status: { state: 'Waiting' }, ...refused }, '→ Halted (BundleRefused)'),
  example('Waiting: paused meanwhile', { status: { state: 'Waiting' }, spec: { paused: true } }, '→ Paused (Paused)'),
  example('Waiting: still no clusters', { status: { state: 'Waiting' }, clusters: [] }, 'rest (NoClusters)'),
  example('Waiting: still too many clusters', { status: { state: 'Waiting' }, clusters: Array.from({ length: 1001 }, (_, index) => ({ name: `c${index}`, labels: { ring: '0' } })) }, 'rest (TooManyClusters)'),
  example('Waiting: the other rollout still goes on', { status: { state: 'Waiting' }, ...rival }, 'rest (OtherRollout)'),
  example('Waiting: the bundle is still missing', { status: { state: 'Waiting' }, ...missing }, 'rest (BundleMissing)'),
  example('Waiting: its turn', { status: { state: 'Waiting' }, others: [{ name: 'old', state: 'Halted', clusters: ['r1-b'] }] }, '→ Progressing (Started)'),
  example('Progressing: the first cluster of the first wave enters', { status: progressing() }, 'climb'),
  example('Progressing: a person halts it', { status: canary(), spec: { halted: true } }, '→ Halted (HaltedByPerson)'),
  example('Progressing: too many new denials', { status: canary({ counts: counts({ decisions: 50, newDenies: 11 }) }) }, '→ Halted (NewDenies)'),
  example('Progressing: a few new denials are within the limit', { status: canary({ counts: counts({ decisions: 50, newDenies: 10 }) }) }, 'rest (Soak)'),
  example('Progressing: the first decision alone is no share', { status: canary({ counts: counts({ decisions: 1, newDenies: 1 }) }) }, 'rest (Soak)'),
  example('Progressing: one decision without an answer', { status: canary({ counts: counts({ decisions: 3, evalErrors: 1 }) }) }, '→ Halted (EvalErrors)'),
  example('Progressing: one decision newly allowed, and the limit is none', { status: canary({ counts: counts({ decisions: 3, newAllows: 1 }) }) }, '→ Halted (NewAllows)'),
  example('Progressing: repairs under it fail', { status: progressing(onItsWay('r0-a', 'Enforce', { done: true, counts: counts({ verified: 2, failedVerifications: 2 }) })) }, '→ Halted (FailedVerifications)'),
  example('Progressing: one repair that failed says nothing yet', { status: progressing(onItsWay('r0-a', 'Enforce', { done: true, counts: counts({ failedVerifications: 1 }) })) }, 'climb'),
  example('Progressing: the first decision that it makes itself is no share either', { status: progressing(onItsWay('r0-a', 'Enforce', { done: true, counts: counts({ decisions: 1, newDenies: 1 }) })) }, 'climb'),
  example('Progressing: a human says no to a wave', { status: canary(), approvals: said('ring-2', 'Start', 'Reject') }, '→ Halted (Rejected)'),
  example('Progressing: paused', { status: canary(sampled), spec: { paused: true }, after: hours(30) }, '→ Paused (Paused)'),
  example('Progressing: soaked and sampled', { status: canary(sampled), after: hours(24) }, 'climb'),
  example('Progressing: sampled, not soaked', { status: canary(sampled), after: hours(23) }, 'rest (Soak)'),
  example('Progressing: soaked, not sampled: a quiet cluster does not promote', { status: canary({ counts: counts({ decisions: 49 }) }), after: hours(30) }, 'rest (Sample)'),
  example('Progressing: replayed decisions are at most four fifths of a sample', { status: canary({ counts: counts({ decisions: 200, replayed: 191 }) }), after: hours(30) }, 'rest (Sample)'),
  example('Progressing: ten of its own and enough replayed', { status: canary({ counts: counts({ decisions: 200, replayed: 190 }) }), after: hours(30) }, 'climb'),
  example('Progressing: widening within the limit waits for a human', { status: widens('Shadow'), spec: widening, after: hours(30) }, 'rest (Approval)'),
  example('Progressing: widening that a human allowed', { status: widens('Shadow'), after: hours(30), approvals: said('ring-0', 'Widen Shadow', 'Approve') }, 'climb'),
  example('Progressing: widening that a human allowed in an earlier stage waits in this one again', { status: widens('Warn'), spec: widening, after: hours(30), approvals: said('ring-0', 'Widen Shadow', 'Approve', widening) }, 'rest (Approval)'),
  example('Progressing: what a human let into a stage passes no limit there', { status: widens('Warn', 4), spec: widening, after: hours(30), approvals: said('ring-0', 'Widen Shadow', 'Approve', widening) }, 'rest (Approval)'),
  example('Progressing: what a human let two stages ago passes the limit', { status: widens('Enforce', 4), spec: widening, after: hours(30), approvals: said('ring-0', 'Widen Shadow', 'Approve', widening) }, '→ Halted (NewAllows)'),
  example('Progressing: widening that a human allowed in another wave', { status: widens('Shadow'), spec: widening, after: hours(30), approvals: said('ring-1', 'Widen Shadow', 'Approve', widening) }, 'rest (Approval)'),
  example('Progressing: widening that a human allowed in an earlier climb of the same spec', { status: widens('Shadow'), spec: widening, after: hours(30), approvals: said('ring-0', 'Widen Shadow', 'Approve', { ...widening, generation: 1 }) }, 'rest (Approval)'),
  example('Progressing: nothing climbs on a bundle that is not here', { status: canary(sampled), after: hours(30), ...missing }, 'rest (BundleMissing)'),
  example('Progressing: a wave that needs a human waits for one', { status: progressing(), spec: byHand }, 'rest (Approval)'),
  example('Progressing: a wave that a human let start', { status: progressing(), spec: byHand, approvals: said('prod', 'Start', 'Approve', byHand) }, 'climb'),
  example('Progressing: a wave that a human let start in an earlier climb of the same spec', { status: progressing(), spec: byHand, approvals: said('prod', 'Start', 'Approve', { ...byHand, generation: 1 }) }, 'rest (Approval)'),
  example('Progressing: a no to an earlier climb of the same spec', { status: canary(), approvals: said('ring-2', 'Start', 'Reject', { generation: 1 }) }, 'rest (Soak)'),
  example('Progressing: enforced, but the constraints in the cluster are those of the bundle before', { status: enforcing, clusters: withLive({ digest: `sha256:${'a'.repeat(64)}`, whole: true }) }, 'rest (InCluster)'),
  example('Progressing: enforced, but the constraints in the cluster are of two bundles', { status: enforcing, clusters: withLive({ whole: false }) }, 'rest (InCluster)'),
  example('Progressing: enforced, but Gatekeeper has not taken the constraints yet', { status: enforcing, clusters: withLive({ digest: DIGEST, whole: false }) }, 'rest (InCluster)'),
  example('Progressing: enforced, with the constraints in place', { status: enforcing, clusters: withLive({ digest: DIGEST, whole: true }) }, 'climb'),
  example('Progressing: enforced, in a cluster without constraints', { status: enforcing }, 'climb'),
  example('Progressing: the constraints of the bundle before hold nobody back in an earlier stage', { status: canary(sampled), after: hours(24), clusters: withLive({ digest: `sha256:${'a'.repeat(64)}`, whole: true }) }, 'climb'),
  example('Progressing: constraints that never come are no progress', { status: enforcing, after: days(2) + 1, clusters: withLive({ whole: false }) }, '→ Halted (ProgressDeadline)'),
  example('Progressing: all done', { status: progressing(...done) }, '→ Completed (Completed)'),
  example('Progressing: no progress until the deadline, after the soak', { status: canary(), after: days(3) + 1 }, '→ Halted (ProgressDeadline)'),
  example('Progressing: the soak does not count', { status: canary(), after: days(3) }, 'rest (Sample)'),
  example('Progressing: progress that is possible comes before the deadline', { status: canary(sampled), after: days(9) }, 'climb'),
  example('Paused: a person halts it', { status: pausedStatus(), spec: { halted: true, paused: true } }, '→ Halted (HaltedByPerson)'),
  example('Paused: harm halts it all the same', { status: { ...canary({ counts: counts({ decisions: 1, evalErrors: 1 }) }), state: 'Paused' }, spec: { paused: true } }, '→ Halted (EvalErrors)'),
  example('Paused: a no counts', { status: pausedStatus(), spec: { paused: true }, approvals: said('ring-0', 'Widen Enforce', 'Reject') }, '→ Halted (Rejected)'),
  example('Paused: has no deadline', { status: pausedStatus(), spec: { paused: true }, after: days(99) }, 'rest (Paused)'),
  example('Paused: goes on', { status: pausedStatus() }, '→ Progressing (Resumed)'),
  example('Paused: goes on to its beginning', { status: { state: 'Paused' } }, '→ Pending (Resumed)'),
  example('Halted: nothing but another spec gets it going', { status: { ...canary(sampled), state: 'Halted', finishedAt: at(0) }, after: days(9), approvals: said('ring-0', 'Widen Shadow', 'Approve') }, 'rest (Halted)'),
  example('Completed: stays', { status: { ...progressing(...done), state: 'Completed' } }, 'rest (Completed)'),
];
