import { minutes, parseTime, renderTime, type Instant } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { fingerprintOfRequest, type ClusterProgress, type Finding, type HealthAnswer, type Verification } from '@fleetmend/model';
import { ClusterSilentError } from '@fleetmend/ports';
import { guardsDigest, objectOfPlan } from '../propose/baseline.ts';
import { openSourceRepository } from '../propose/open-source-repository.ts';
import { targetOf } from '../propose/source.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { isOfItsOwn, mayHaveHidden } from './later-symptom.ts';
import { baseFact } from './read-rollout.ts';

/** Asks each cluster how the target stands now, and judges it against how it stood before our change. Noun: `Verification`. */
export function readHealth(deps: StageDeps): Stage {
  return async (view) => {
    const { clusters: known = [], pullRequest } = view.request.status;
    const clusters = await Promise.all(known.map(async (progress) => ({ ...progress, verification: await verify(deps, view, progress) })));
    const { repository, branch } = await openSourceRepository(deps, view);
    const base = pullRequest?.mergeSHA === undefined ? undefined : await baseFact(deps, view, { repository, branch, pullRequest, commit: pullRequest.mergeSHA });
    if (!isNews(view, known, clusters) && base?.baseValue === pullRequest?.baseValue) return { notYet: deps.pace.poll, reason: describe(clusters) };
    return { fact: { clusters, ...(base === undefined ? {} : { pullRequest: base }) } };
  };
}

function describe(clusters: readonly ClusterProgress[]): string {
  return clusters.map(({ name, verification }) => `${name}: ${verification?.message ?? 'not looked at yet'}`).join('; ').slice(0, 256);
}

/**
 * Only what changes a decision is written: another state, a fresh start of the hold, or the reading that completes it.
 * The readings in between leave no trace, unless the last written one gets so old that it would look like a gap.
 */
export function isNews(view: Pick<View, 'policy' | 'settings'>, before: readonly ClusterProgress[], after: readonly ClusterProgress[]): boolean {
  return after.some((progress, index) => {
    const was = before[index]?.verification;
    const now = progress.verification;
    if (was === undefined || now === undefined || was.state !== now.state || was.since !== now.since || was.restarts !== now.restarts) return true;
    if (now.state !== 'Healthy') return false;
    // Once: while another cluster is still waited for, every later look finds the hold complete too, and writing that would be a look of its own.
    const completes = heldFor(now) >= view.policy.hold && heldFor(was) < view.policy.hold;
    return completes || at(now.readAt) - at(was.readAt) > view.settings.contactGap / 2;
  });
}

function heldFor({ since, readAt }: Verification): number {
  return at(readAt) - at(since);
}

function at(time: string | undefined): Instant {
  return parseTime(time) ?? 0;
}

/** kubelet tries a volume that it could not set up again after two minutes at most, and needs a little to see what the volume is made of. */
const MOUNT_RETRY = minutes(3);

/** What was mended is not in the pod's template, so the pod stays, and has not been tried again yet. */
function awaitsRetry({ class: failure, observation }: Finding, { pods }: HealthAnswer, { applied, now }: { readonly applied: Instant; readonly now: Instant }): boolean {
  const made = pods.find(({ name }) => name === observation.pod)?.madeAt;
  return failure === 'FailedMount' && made !== undefined && made < applied && now - applied < MOUNT_RETRY;
}

/** Readings carry the time of the agent that made them: two hubs whose clocks differ would count a shorter hold. */
async function verify(deps: StageDeps, view: View, progress: ClusterProgress): Promise<Verification> {
  try {
    const health = await deps.clusters.ask(progress.name, { question: 'health', target: targetOf(view.request) });
    const judged = judge(view, progress, health);
    const readAt = renderTime(health.at);
    if (judged.state !== 'Healthy') return { state: judged.state, readAt, message: judged.message };
    const restarts = health.pods.filter((pod) => pod.current).reduce((sum, pod) => sum + pod.restarts, 0);
    return { state: 'Healthy', since: continued(view, progress, health, restarts) ?? readAt, readAt, restarts, message: judged.message };
  } catch (error) {
    if (!(error instanceof ClusterSilentError)) throw error;
    return { state: 'Unclear', readAt: renderTime(view.now), message: 'the agent does not answer' };
  }
}

/** Since when it has been healthy, if no reading is missing and nothing restarted: a gap in contact starts the hold again. */
function continued(view: View, { verification }: ClusterProgress, health: HealthAnswer, restarts: number): string | undefined {
  if (verification?.state !== 'Healthy' || verification.restarts !== restarts) return undefined;
  return health.at - at(verification.readAt) <= view.settings.contactGap ? verification.since : undefined;
}

type Judged = Pick<Verification, 'state'> & { readonly message: string };

/**
 * Worse first: harm must not be hidden by a recovery elsewhere. What the symptom itself had hidden is none. Then the symptom on a pod of the merged template; then
 * health. Everything in between is unclear, and unclear is an answer.
 */
export function judge(view: Pick<View, 'request' | 'policy' | 'now'>, progress: ClusterProgress, health: HealthAnswer): Judged {
  const { baseline, rollout } = progress;
  const own = fingerprintOfRequest(view.request.spec, progress.name);
  const applied = at(rollout?.appliedAt);
  const settled = view.now - applied >= view.policy.hold;
  const fresh = health.findings.filter((one) => one.fingerprint !== own && !baseline?.findings.includes(one.fingerprint));
  const onCurrent = (pod: string | undefined) => health.pods.some((one) => one.current && one.name === pod && !one.ready);
  if (baseline !== undefined && guardsDigest(health, objectOfPlan(view.request.status.plan)) !== baseline.guards) return { state: 'Worse', message: 'a guard object changed' };
  const harms = fresh.filter((one) => onCurrent(one.finding.observation.pod));
  const [harm] = harms;
  const symptom = health.findings.find((one) => one.fingerprint === own);
  const asMany = baseline !== undefined && health.ready >= Math.min(baseline.ready, health.desired);
  // A second fault behind the first one is not our doing: ours ends, so that the other gets a request that may repair it.
  if (harm !== undefined && asMany && !onCurrent(symptom?.finding.observation.pod) && harms.every((one) => mayHaveHidden(view.request.spec, one) || isOfItsOwn(view.request.spec, view.request.status.plan, one))) {
    const message = `what it hid shows, or stood beside it: ${harm.finding.class}`;
    // The agent closes a finding only once the target is healthy. On a pod of another template it says nothing about ours.
    if (symptom === undefined || (settled && symptom.finding.observation.pod !== undefined)) return { state: 'Uncovered', message };
    return { state: settled ? 'StillFailing' : 'Unclear', message };
  }
  if (harm !== undefined) return { state: 'Worse', message: `new: ${harm.finding.class}` };
  // Where fewer are wanted than there were, fewer are no harm.
  if (baseline !== undefined && settled && health.ready < Math.min(baseline.ready, health.desired)) return { state: 'Worse', message: `${health.ready} pods are ready, ${baseline.ready} were before` };
  const still = symptom !== undefined && { message: `still ${symptom.finding.class}` };
  if (still && symptom.finding.observation.pod === undefined) return { state: settled ? 'StillFailing' : 'Unclear', ...still };
  if (still && onCurrent(symptom.finding.observation.pod)) return { state: awaitsRetry(symptom.finding, health, { applied, now: view.now }) ? 'Unclear' : 'StillFailing', ...still };
  const current = health.pods.filter((pod) => pod.current);
  const healthy = health.exists && health.generationCurrent && current.length >= health.desired && current.every((pod) => pod.ready) && health.pods.length === current.length;
  return healthy ? { state: 'Healthy', message: `${current.length} of ${health.desired} pods ready` } : { state: 'Unclear', message: `${current.filter((pod) => pod.ready).length} of ${health.desired} new pods ready` };
}
