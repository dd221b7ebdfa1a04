import { isPermanent, parseTime, renderTime, type Instant } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { holdOf, type ClusterProgress, type HealthAnswer, type Verification } from '@fleetmend/model';
import { ClusterSilentError } from '@fleetmend/ports';
import { openSourceRepository } from '../propose/open-source-repository.ts';
import { findSource, readTarget, targetOf } from '../propose/source.ts';
import type { Stage, StageDeps } from '../stage.ts';
import { judge, type Judged } from './judge.ts';
import { containersAfter } from './later-symptom.ts';
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
export function isNews(view: Pick<View, 'request' | 'policy' | 'settings'>, before: readonly ClusterProgress[], after: readonly ClusterProgress[]): boolean {
  return after.some((progress, index) => {
    const was = before[index]?.verification;
    const now = progress.verification;
    if (was === undefined || now === undefined || was.state !== now.state || was.since !== now.since || was.restarts !== now.restarts) return true;
    if (now.state !== 'Healthy') return false;
    // Once: while another cluster is still waited for, every later look finds the hold complete too, and writing that would be a look of its own.
    const hold = holdOf(view.request.spec.failure.class, view.policy.hold);
    const completes = heldFor(now) >= hold && heldFor(was) < hold;
    return completes || at(now.readAt) - at(was.readAt) > view.settings.contactGap / 2;
  });
}

function heldFor({ since, readAt }: Verification): number {
  return at(readAt) - at(since);
}

function at(time: string | undefined): Instant {
  return parseTime(time) ?? 0;
}

/** Readings carry the time of the agent that made them: two hubs whose clocks differ would count a shorter hold. */
async function verify(deps: StageDeps, view: View, progress: ClusterProgress): Promise<Verification> {
  try {
    const health = await deps.clusters.ask(progress.name, { question: 'health', target: targetOf(view.request) });
    const judged = await judgeTwice(deps, view, progress, health);
    const readAt = renderTime(health.at);
    if (judged.state !== 'Healthy') return { state: judged.state, readAt, message: judged.message };
    const restarts = health.pods.filter((pod) => pod.current).reduce((sum, pod) => sum + pod.restarts, 0);
    return { state: 'Healthy', since: continued(view, progress, health, restarts) ?? readAt, readAt, restarts, message: judged.message };
  } catch (error) {
    if (!(error instanceof ClusterSilentError)) throw error;
    return { state: 'Unclear', readAt: renderTime(view.now), message: 'the agent does not answer' };
  }
}

/** Before something counts as harm: what begins only after the failing container had no way to show it, and what others committed since is theirs. */
async function judgeTwice(deps: StageDeps, view: View, progress: ClusterProgress, health: HealthAnswer): Promise<Judged> {
  const judged = judge(view, progress, health);
  if (judged.state !== 'Worse') return judged;
  const { container } = view.request.spec.target ?? {};
  const live = container === undefined ? undefined : await readTarget(deps, progress.name, targetOf(view.request));
  const later = live === undefined || container === undefined ? new Set<string>() : containersAfter(live, container);
  return judge(view, progress, health, { later, overtaken: await isOvertaken(deps, view) });
}

/** The engine has applied a commit after our merge that changed the files of our change again. */
async function isOvertaken(deps: StageDeps, { request }: View): Promise<boolean> {
  const { pullRequest, plan } = request.status;
  try {
    const source = await findSource(deps, request);
    const [merged, applied] = [pullRequest?.mergeSHA, source?.application?.applied];
    if (source === undefined || merged === undefined || applied === undefined || merged === applied || !(await source.repository.isAncestor(merged, applied))) return false;
    const [ours, now] = [await source.repository.tree(merged), await source.repository.tree(applied)];
    const changed = await Promise.all((plan?.files ?? []).map(async ({ path }) => (await ours.read(path)) !== (await now.read(path))));
    return changed.includes(true);
  } catch (error) {
    // Without a place in Git nobody can have overtaken us there.
    if (isPermanent(error)) return false;
    throw error;
  }
}

/** Since when it has been healthy, if no reading is missing and nothing restarted: a gap in contact starts the hold again. */
function continued(view: View, { verification }: ClusterProgress, health: HealthAnswer, restarts: number): string | undefined {
  if (verification?.state !== 'Healthy' || verification.restarts !== restarts) return undefined;
  return health.at - at(verification.readAt) <= view.settings.contactGap ? verification.since : undefined;
}
