import type { Phase } from '@fleetmend/model';
import type { View } from '../view.ts';
import { BEFORE_DELIVERY } from '../phases.ts';
import { aRequest, aView, ago, CLOSED, diagnosis, GONE, intent, LATE, minute, NOW, PLAN, progress, proposal, pullRequest, rollout, verdict, verification, type Given } from './views.ts';

/** A view in words, and what the table has to say to it: `→ Phase (Reason)`, `run stage` or `rest (why)`. */
export interface Example {
  readonly sentence: string;
  readonly view: View;
  readonly wanted: string;
}

const of = (phase: Phase) => (sentence: string, given: Given, wanted: string): Example => ({ sentence: `${phase}: ${sentence}`, view: aView(phase, given), wanted });

const planned: Given = { diagnosis: diagnosis(), proposal: proposal(), plan: PLAN };
const judged: Given = { ...planned, verdict: verdict() };
const denied: Given = { ...planned, verdict: verdict({ result: 'Deny', violations: [{ id: 'S01', class: 'Unsafe', message: 'no' }] }) };
const deferred = (id: string, notBefore?: string): Given => ({ ...planned, verdict: verdict({ result: 'Defer', violations: [{ id, class: 'Deferred', message: 'later', ...(notBefore ? { notBefore } : {}) }] }) });
const frozen = { policy: { frozen: [{ name: 'weekend', until: NOW + minute }] } };
const error = { error: { stage: 'propose', reason: 'Drift', message: 'live differs', at: ago(0) } };
const rival = aRequest('PullRequestOpen', { plan: PLAN, pullRequest: pullRequest() }, { uid: 'uid-0' });
const vetoed = aRequest('Failed', { reason: 'Vetoed', plan: PLAN }, { uid: 'uid-0' });
const leader = (state: 'Live' | 'Vetoed' | 'CauseGone' | 'Repaired', kind: 'Parent' | 'SameField' = 'SameField', since = minute) => ({ leader: { name: 'rr-0', namespace: 'shop-team', uid: 'uid-0', kind, state, at: ago(since) } });
const yes = [{ planDigest: PLAN.digest, decision: 'Approve' as const, approver: 'ann' }];
const no = [{ planDigest: PLAN.digest, decision: 'Reject' as const, approver: 'ann' }];
const noForOther = [{ planDigest: 'sha256:other', decision: 'Reject' as const, approver: 'ann' }];
const otherBundle = { verdict: verdict({ bundle: { name: 'remediation', revision: 'r0', digest: `sha256:${'9'.repeat(64)}` } }) };

const detected = of('Detected');
const inhibited = of('Inhibited');
const diagnosing = of('Diagnosing');
const proposed = of('Proposed');
const awaiting = of('AwaitingApproval');
const delivering = of('Delivering');
const open = of('PullRequestOpen');
const merged = of('Merged');
const verifying = of('Verifying');
const reverting = of('Reverting');

const common: readonly Example[] = BEFORE_DELIVERY.flatMap((phase) => {
  const example = of(phase);
  return [
    example('cancelled before everything else', { ...judged, ...error, cancel: true }, '→ Dismissed (Cancelled)'),
    example('a target that is gone needs no repair', { ...judged, ...error, ...GONE }, '→ Dismissed (TargetGone)'),
    example('a permanent error goes to a human, with its reason', { ...judged, ...error, ...CLOSED }, '→ Escalated (Drift)'),
    example('the same edit was vetoed on another request', { ...judged, others: [vetoed], ...CLOSED }, '→ Dismissed (Vetoed)'),
    ...(phase === 'Inhibited' ? [] : [example('a rival with an open pull request for the same field leads', { ...judged, others: [rival], ...CLOSED, ...LATE }, '→ Inhibited (LedByAnother)')]),
    ...(phase === 'AwaitingApproval' ? [] : [example('recovered by itself', { ...judged, ...CLOSED, ...LATE }, '→ Dismissed (Recovered)')]),
  ];
});

const before: readonly Example[] = [
  ...common,
  detected('no policy selects it', { policy: { selectedBy: [] }, admission: { result: 'Admitted', reason: '', at: ago(0) } }, '→ Dismissed (NotSelected)'),
  detected('Git has always said so', { admission: { result: 'Intended', reason: '', at: ago(0) }, ...LATE }, '→ Dismissed (Intended)'),
  detected('the breaker is open', { admission: { result: 'Breaker', reason: '', at: ago(0) }, ...LATE }, '→ Escalated (Breaker)'),
  detected('held back until later, however late', { admission: { result: 'Held', reason: 'cooling down', notBefore: ago(-minute), at: ago(0) }, ...LATE }, 'rest (cooling down)'),
  detected('held back, and due again', { admission: { result: 'Held', reason: 'cooling down', notBefore: ago(1000), at: ago(minute) } }, 'run admit'),
  detected('admitted, even at the last moment', { admission: { result: 'Admitted', reason: '', at: ago(0) }, ...LATE }, '→ Diagnosing (Admitted)'),
  detected('nobody let it start in time', LATE, '→ Escalated (Late)'),
  detected('fresh', {}, 'run admit'),
  detected('silent agents prove no recovery', { cluster: { entry: { state: 'closed', at: NOW }, lastContact: NOW - 10 * minute } }, 'run admit'),
  inhibited('the leader was vetoed', { ...leader('Vetoed'), ...LATE }, '→ Dismissed (Vetoed)'),
  inhibited('the leader ended and ours still fails', { ...leader('CauseGone'), ...LATE }, '→ Detected (Released)'),
  inhibited('a parent that is gone for two holds releases', leader('CauseGone', 'Parent', 11 * minute), '→ Detected (Released)'),
  inhibited('a parent that is gone for one hold does not release yet', leader('CauseGone', 'Parent', 6 * minute), 'run readLeader'),
  inhibited('what mended the leader is given two holds to mend ours', leader('Repaired', 'SameField', 6 * minute), 'run readLeader'),
  inhibited('the leader is mended for two holds and ours still fails', leader('Repaired', 'SameField', 11 * minute), '→ Detected (Released)'),
  inhibited('late', { ...leader('Live'), ...LATE }, '→ Escalated (Late)'),
  inhibited('the leader lives', leader('Live'), 'run readLeader'),
  diagnosing('late', { ...planned, ...LATE }, '→ Escalated (Late)'),
  diagnosing("a human's fix is on its way", { diagnosis: diagnosis({ confidence: 0.1 }), proposal: proposal('BaseAhead') }, '→ Merged (BaseAhead)'),
  diagnosing('too uncertain', { ...planned, diagnosis: diagnosis({ confidence: 0.1 }) }, '→ Escalated (LowConfidence)'),
  diagnosing('the reasoner abstains', { diagnosis: diagnosis({ candidates: [], abstain: { reason: 'QuotaExhausted', lookAt: '' } }) }, '→ Escalated (QuotaExhausted)'),
  diagnosing('nothing to change', { diagnosis: diagnosis(), proposal: proposal('NothingToChange') }, '→ Escalated (NothingToChange)'),
  diagnosing('planned', planned, '→ Proposed (Planned)'),
  diagnosing('diagnosed', { diagnosis: diagnosis() }, 'run propose'),
  diagnosing('fresh', {}, 'run diagnose'),
  proposed('the base moved', { ...planned, verdict: verdict({ baseMoved: true, result: 'Deny' }) }, '→ Diagnosing (BaseMoved)'),
  proposed('the base moved once too often', { ...planned, replans: 3, verdict: verdict({ baseMoved: true, result: 'Deny' }) }, '→ Escalated (BaseKeepsMoving)'),
  proposed('denied, and there is another candidate', { ...denied, diagnosis: diagnosis({ candidates: ['a', 'b'] }) }, '→ Diagnosing (EditRefused)'),
  proposed('denied, and it was the last candidate', { ...denied, policy: { mode: 'Observe' } }, '→ Escalated (PolicyDenied)'),
  proposed('mode Observe keeps the plan and does nothing', { ...deferred('F03'), ...frozen, policy: { ...frozen.policy, mode: 'Observe' } }, '→ Dismissed (ObserveOnly)'),
  proposed('deferred by a freeze that stands, however late', { ...deferred('F03'), ...frozen, ...LATE }, 'rest (Deferred)'),
  proposed('deferred by a freeze that was lifted early', deferred('F03'), 'run evaluate'),
  proposed('deferred until a time that has come', deferred('F05', ago(1000)), 'run evaluate'),
  proposed('late', { ...judged, ...LATE }, '→ Escalated (Late)'),
  proposed('prior approval is wanted', { ...planned, verdict: verdict({ requires: { approvals: 1, priorApproval: true } }) }, '→ AwaitingApproval (ApprovalWanted)'),
  proposed('prior approval was given for this plan', { ...planned, approvals: yes, verdict: verdict({ requires: { approvals: 1, priorApproval: true } }) }, '→ Delivering (Allowed)'),
  proposed('allowed', judged, '→ Delivering (Allowed)'),
  proposed('a verdict for another bundle counts for nothing', { ...planned, ...otherBundle }, 'run evaluate'),
  proposed('a verdict for another plan counts for nothing', { ...planned, verdict: verdict({ forPlan: `sha256:${'7'.repeat(64)}` }) }, 'run evaluate'),
  awaiting('a late yes is no', { ...judged, approvals: yes, ...LATE }, '→ Escalated (Late)'),
  awaiting('one no outweighs every yes', { ...judged, approvals: [...yes, ...no], ...CLOSED }, '→ Failed (Rejected)'),
  awaiting('a no to another plan counts for nothing', { ...judged, approvals: noForOther }, 'run requestApproval'),
  awaiting('recovered meanwhile', { ...judged, approvals: yes, ...CLOSED }, '→ Dismissed (Recovered)'),
  awaiting('the base moved while everyone waited', { ...judged, approvals: yes, approval: { state: 'Wanted', forPlan: PLAN.digest, baseMoved: true, at: ago(0) } }, '→ Proposed (Outdated)'),
  awaiting('another bundle judges now', { ...planned, ...otherBundle, approvals: yes }, '→ Proposed (Outdated)'),
  awaiting('approved', { ...judged, approvals: yes }, '→ Delivering (Approved)'),
  awaiting('nobody has said anything', judged, 'run requestApproval'),
];

const standing: Given = { ...judged, intent: intent() };
const opened: Given = { ...standing, pullRequest: pullRequest() };
const closed = (by: 'Human' | 'Bot' | 'Us' | 'Unknown', over = {}): Given => ({ ...standing, pullRequest: pullRequest({ state: 'Closed', closedBy: by, ...over }) });

const delivery: readonly Example[] = [
  delivering('delivered, whatever else changed', { ...opened, cancel: true }, '→ PullRequestOpen (Delivered)'),
  delivering('withdrawn and late', { ...judged, ...LATE, intent: intent({ withdrawn: 'OverBudget' }) }, '→ Escalated (Late)'),
  delivering('withdrawn', { ...judged, intent: intent({ withdrawn: 'OverBudget' }) }, '→ Proposed (Withdrawn)'),
  ...([
    ['cancelled', { cancel: true }],
    ['recovered', CLOSED],
    ['the target is gone', GONE],
    ['denied meanwhile', denied],
    ['vetoed meanwhile', { others: [vetoed] }],
    ['outdated', otherBundle],
    ['late', LATE],
  ] as const).map(([why, given]) => delivering(`${why}: the intent is taken back`, { ...standing, ...given }, 'run withdrawIntent')),
  delivering('old facts are read again before anything is pushed', { ...standing, verdict: verdict({ factsAt: ago(11 * minute) }) }, 'run evaluate'),
  delivering('old facts wait while it is frozen', { ...standing, ...frozen, verdict: verdict({ factsAt: ago(11 * minute) }) }, 'rest (WaitsForLeave)'),
  delivering('no intent yet', judged, 'run recordIntent'),
  delivering('the intent is not confirmed', { ...judged, intent: intent({ confirmed: false }) }, 'run recordIntent'),
  delivering('the intent stands', standing, 'run openPullRequest'),
  delivering('paused: nothing is pushed', { ...standing, policy: { paused: true } }, 'rest (WaitsForLeave)'),
  delivering('frozen: nothing is pushed', { ...standing, ...frozen }, 'rest (WaitsForLeave)'),
  open('merged', { ...standing, cancel: true, pullRequest: pullRequest({ state: 'Merged' }) }, '→ Merged (Merged)'),
  open('a human closed it and committed the value', closed('Human', { baseValue: 'Ours' }), '→ Merged (TakenOver)'),
  open('a human closed it', { ...closed('Human'), cancel: true }, '→ Failed (Vetoed)'),
  open('whoever closed it, when in doubt it was a human', closed('Unknown'), '→ Failed (Vetoed)'),
  open('another bot closed it', { ...closed('Bot'), cancel: true }, '→ Escalated (ClosedByBot)'),
  open('too old: close it first', { ...standing, pullRequest: pullRequest({ openedAt: ago(15 * 24 * 60 * minute) }) }, 'run closePullRequest'),
  open('too old, and closed', { ...closed('Us', { openedAt: ago(15 * 24 * 60 * minute) }), cancel: true }, '→ Escalated (Stale)'),
  open('cancelled: close it first', { ...opened, cancel: true }, 'run closePullRequest'),
  open('cancelled, but a person works on it: say so once', { ...standing, cancel: true, pullRequest: pullRequest({ touched: true }) }, 'run closePullRequest'),
  open('cancelled, and the person was told', { ...standing, cancel: true, pullRequest: pullRequest({ touched: true, commented: true }) }, '→ Dismissed (Cancelled)'),
  open('cancelled, and closed', { ...closed('Us'), cancel: true, ...GONE }, '→ Dismissed (Cancelled)'),
  open('touched: only watched', { ...standing, ...denied, pullRequest: pullRequest({ touched: true, mayMerge: true }) }, 'run readPullRequest'),
  open('the target is gone: close it first', { ...opened, ...GONE }, 'run closePullRequest'),
  open('the target is gone, and it is closed', { ...closed('Us'), ...GONE }, '→ Dismissed (TargetGone)'),
  open('recovered for the hold: close it first', { ...opened, ...CLOSED }, 'run closePullRequest'),
  open('recovered for the hold, and it is closed', { ...closed('Us'), ...CLOSED }, '→ Dismissed (Recovered)'),
  open('denied by new facts: close it first', { ...opened, ...denied }, 'run closePullRequest'),
  open('denied by new facts, and closed', { ...closed('Us'), ...denied }, '→ Escalated (PolicyDenied)'),
  open('we closed it because the base moved', closed('Us'), '→ Diagnosing (BaseMoved)'),
  open('another bundle judges now', { ...opened, ...otherBundle, pullRequest: pullRequest({ conflict: true }) }, 'run evaluate'),
  open('it conflicts', { ...standing, pullRequest: pullRequest({ conflict: true }) }, 'run closePullRequest'),
  open('it conflicted once too often, and is closed', { ...closed('Us', { conflict: true }), replans: 3 }, '→ Escalated (BaseKeepsMoving)'),
  open('it conflicts once too often, and a person has it', { ...standing, replans: 3, pullRequest: pullRequest({ conflict: true, touched: true, commented: true }) }, 'run readPullRequest'),
  open('it may be merged, but the facts are old', { ...standing, verdict: verdict({ factsAt: ago(11 * minute) }), pullRequest: pullRequest({ mayMerge: true }) }, 'run evaluate'),
  open('it may be merged', { ...standing, pullRequest: pullRequest({ mayMerge: true }) }, 'run mergePullRequest'),
  open('it may be merged, and its checks have had the time to appear', { ...standing, pullRequest: pullRequest({ mayMerge: true, checks: 'None', openedAt: ago(minute) }) }, 'run mergePullRequest'),
  open('no checks a moment after the push: they may still appear', { ...standing, pullRequest: pullRequest({ mayMerge: true, checks: 'None', openedAt: ago(minute - 1000) }) }, 'run readPullRequest'),
  open('one check that passed a moment after the push: others may still appear', { ...standing, pullRequest: pullRequest({ mayMerge: true, checks: 'Passing', openedAt: ago(minute - 1000) }) }, 'run readPullRequest'),
  open('a forge without checks has none to wait for', { ...standing, pullRequest: pullRequest({ mayMerge: true, openedAt: ago(0) }) }, 'run mergePullRequest'),
  open('it may be merged, but all is paused', { ...standing, policy: { paused: true }, pullRequest: pullRequest({ mayMerge: true }) }, 'run readPullRequest'),
  open('it may be merged, but it is frozen', { ...standing, ...frozen, pullRequest: pullRequest({ mayMerge: true }) }, 'run readPullRequest'),
  open('it waits for people', opened, 'run readPullRequest'),
];

const mergedPr = (over = {}) => ({ pullRequest: pullRequest({ state: 'Merged' as const, mergeSHA: '3'.repeat(40), baseValue: 'Ours' as const, ...over }) });
const follow = (state: 'Waiting' | 'Applied' | 'Refused', over = {}): Given => ({ ...judged, ...mergedPr(over), clusters: [progress({ rollout: rollout(state) })] });
const looked = (state: 'Unclear' | 'Healthy' | 'Uncovered' | 'StillFailing' | 'Worse', over = {}, since?: number): Given => ({ ...judged, ...mergedPr(over), clusters: [progress({ rollout: rollout(), verification: verification(state, since) })] });
const revertVerdict = (over = {}) => verdict({ kind: 'Revert', ...over });
const takingBack: Given = { ...planned, ...mergedPr(), verdict: revertVerdict(), intent: intent({ kind: 'Revert' }) };
const revert = (over = {}): Given => ({ ...takingBack, revert: pullRequest({ number: 8, ...over }) });

const after: readonly Example[] = [
  merged('the target is gone', { ...follow('Applied', { baseValue: 'Before' }), ...GONE }, '→ Dismissed (TargetGone)'),
  merged('a human put the old value back', follow('Applied', { baseValue: 'Before' }), '→ Failed (RevertedByHuman)'),
  merged('a human set a third value', follow('Applied', { baseValue: 'Other' }), '→ Dismissed (Superseded)'),
  merged('applied, even late', { ...follow('Applied'), ...LATE }, '→ Verifying (Applied)'),
  merged("the engine refuses a human's own commit", follow('Refused', { foreignMerge: true }), '→ Escalated (Refused)'),
  merged('the engine refuses ours', { ...follow('Refused'), ...LATE }, '→ Reverting (Refused)'),
  merged('late', { ...follow('Waiting'), ...LATE }, '→ Escalated (Late)'),
  merged('waits for the engine', follow('Waiting'), 'run readRollout'),
  verifying('the target is gone', { ...looked('Worse'), ...GONE }, '→ Dismissed (TargetGone)'),
  verifying("a human's own commit made it worse", looked('Worse', { foreignMerge: true }), '→ Escalated (Worse)'),
  verifying('ours made it worse, whatever the base says', looked('Worse', { baseValue: 'Before' }), '→ Reverting (Worse)'),
  verifying('a human put the old value back', looked('Healthy', { baseValue: 'Before' }), '→ Failed (RevertedByHuman)'),
  verifying('a human set a third value', looked('Healthy', { baseValue: 'Other' }), '→ Dismissed (Superseded)'),
  verifying('healthy for the hold, even late', { ...looked('Healthy'), ...LATE }, '→ Succeeded (Recovered)'),
  verifying('the symptom is gone and shows what it hid, which is a request of its own', { ...looked('Uncovered'), ...LATE }, '→ Dismissed (Uncovered)'),
  verifying('healthy, but not for the hold yet', looked('Healthy', {}, 4 * minute), 'run readHealth'),
  verifying('still failing, and an attempt is left', { ...looked('StillFailing'), ...LATE }, '→ Detected (SymptomRemains)'),
  verifying('still failing, and no attempt is left', { ...looked('StillFailing'), attempt: 2, ...LATE }, '→ Failed (SymptomRemains)'),
  verifying('late', { ...looked('Unclear'), ...LATE }, '→ Escalated (Late)'),
  verifying('nobody can tell yet', looked('Unclear'), 'run readHealth'),
  reverting('the target is gone', { ...revert({ state: 'Merged', applied: true }), ...GONE }, '→ Dismissed (TargetGone)'),
  reverting('the revert is applied, even late', { ...revert({ state: 'Merged', applied: true }), ...LATE }, '→ Failed (Reverted)'),
  reverting('somebody else took it back', { ...revert({ state: 'Closed', closedBy: 'Human' }), ...mergedPr({ baseValue: 'Before' }) }, '→ Failed (RevertedByHuman)'),
  reverting('a human closed the revert', { ...revert({ state: 'Closed', closedBy: 'Human' }), ...LATE }, '→ Failed (RevertDeclined)'),
  reverting('late: the revert stays open', { ...revert(), ...LATE }, '→ Escalated (Late)'),
  reverting('a verdict on the repair is none on the revert', { ...takingBack, verdict: verdict() }, 'run evaluate'),
  reverting('old facts, where the next row opens', { ...takingBack, verdict: revertVerdict({ factsAt: ago(11 * minute) }) }, 'run evaluate'),
  reverting('old facts, where nothing is opened or merged', { ...revert(), verdict: revertVerdict({ factsAt: ago(11 * minute) }) }, 'run readRevert'),
  reverting('no intent yet', { ...planned, ...mergedPr(), verdict: revertVerdict() }, 'run recordIntent'),
  reverting('allowed and intended', takingBack, 'run openRevert'),
  reverting('paused: no revert is opened', { ...takingBack, policy: { paused: true } }, 'run readRevert'),
  reverting('the hub may merge it', revert({ mayMerge: true }), 'run mergePullRequest'),
  reverting('no checks on it a moment after the push', revert({ mayMerge: true, checks: 'None', openedAt: ago(0) }), 'run readRevert'),
  reverting('frozen: the hub may not merge it', { ...revert({ mayMerge: true }), ...frozen }, 'run readRevert'),
  reverting('it waits for people', revert(), 'run readRevert'),
];

const told = { escalated: { kind: 'none', url: '', at: ago(0) } };
const done = { ...told, learned: ago(0) };
const ended = (phase: Phase, reason: string) => (sentence: string, given: Given, wanted: string) => of(phase)(sentence, { reason, ...given }, wanted);
const yesterday = { phaseSince: ago(25 * 60 * minute) };

const end: readonly Example[] = [
  ended('Escalated', 'Late')('a human has to know', {}, 'run escalate'),
  ended('Failed', 'SymptomRemains')('a human has to know', {}, 'run escalate'),
  ended('Failed', 'Vetoed')('who said no knows already', {}, 'run learn'),
  ended('Escalated', 'Late')('the ticket cannot be filed now: the rest goes on', { resting: new Set(['escalate']) }, 'run learn'),
  ended('Succeeded', 'Recovered')('the outcome is learned', {}, 'run learn'),
  ended('Escalated', 'Late')('it recovered, so the ticket is closed', { aftermath: done, ...CLOSED, ...yesterday }, 'run closeTicket'),
  ended('Escalated', 'Late')('a while later orphans are looked for', { aftermath: done, phaseSince: ago(4 * minute) }, 'run closeOrphans'),
  ended('Escalated', 'Late')('not yet a while later', { aftermath: done, phaseSince: ago(2 * minute) }, 'rest (Ended)'),
  ended('Failed', 'Vetoed')('that it went away is noted, also without a ticket', { aftermath: { learned: ago(0) }, ...CLOSED }, 'run closeTicket'),
  ended('Succeeded', 'Recovered')('its time is up', { aftermath: { learned: ago(0), orphansClosed: ago(0) }, ...yesterday, cluster: { entry: { state: 'closed', at: NOW - 25 * 60 * minute } } }, 'run archive'),
  ended('Succeeded', 'Recovered')('its failure was closed only lately', { aftermath: { learned: ago(0), orphansClosed: ago(0) }, ...yesterday, ...CLOSED }, 'rest (Ended)'),
  ended('Escalated', 'Late')('its failure is still open', { aftermath: { ...done, orphansClosed: ago(0) }, phaseSince: ago(30 * 24 * 60 * minute) }, 'rest (Ended)'),
];

export const examples: readonly Example[] = [...before, ...delivery, ...after, ...end];
