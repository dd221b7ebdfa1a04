import { hours, parseTime } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { isTerminal } from './phases.ts';
import { workloadKeys } from './workload.ts';
import type { View } from './view.ts';

/** How much of one budget is used by the others. `open >= limit`: one more would be too many. */
export interface BudgetUse {
  readonly scope: string;
  readonly open: number;
  readonly limit: number;
}

/**
 * A pull request that is open, or an intent that says one is about to be: both count. A revert has no budget. What is still
 * open after the end was touched by a person, and is theirs: it does not count.
 */
export function countsAsOpen({ status }: RemediationRequest): boolean {
  if (isTerminal(status.phase)) return mayStillArrive(status);
  if (status.pullRequest !== undefined) return status.pullRequest.state === 'Open';
  return status.intent?.kind === 'Repair' && status.intent.withdrawn === undefined;
}

/** A call that was on its way when its request ended may open a pull request yet. Until somebody has looked, its place is taken. */
function mayStillArrive({ phase, plan, pullRequest, aftermath }: RemediationRequest['status']): boolean {
  return phase !== 'Succeeded' && plan !== undefined && pullRequest?.state !== 'Merged' && aftermath?.orphansClosed === undefined;
}

/** The budgets that this request's pull request would use, each with what stands already, the request's own left out. */
export function openPullRequestUse({ request, others, policy, now }: Pick<View, 'request' | 'others' | 'policy' | 'now'>): readonly BudgetUse[] {
  const open = others.filter((other) => other.metadata.uid !== request.metadata.uid && countsAsOpen(other));
  const count = (matches: (other: RemediationRequest) => boolean) => open.filter(matches).length;
  const { plan } = request.status;
  const repository = plan && `${plan.source.forge}/${plan.source.repository}`;
  const workloads = new Set(workloadKeys(request));
  const namespaces = new Set(request.spec.clusters.map((cluster) => `${cluster}/${request.spec.target?.namespace ?? ''}`));
  const here = (other: RemediationRequest) => repositoryOf(other) === repository;
  // One that is about to be opened is as good as opened: two that count at once must not both fit in.
  const aboutToOpen = open.filter((other) => here(other) && other.status.pullRequest === undefined).length;
  // Between two attempts a request has no plan: then nobody knows which repository it was, and it counts everywhere.
  const createdLately = [request, ...others].filter((other) => here(other) || repositoryOf(other) === undefined).flatMap((other) => openedWithinHour(other, now)).length + aboutToOpen;
  return [
    ...(plan?.fields ?? []).map((field) => ({ scope: `field ${field}`, open: count((other) => other.status.plan?.fields.includes(field) === true), limit: 1 })),
    { scope: 'fingerprint', open: count((other) => other.spec.failure.fingerprint === request.spec.failure.fingerprint), limit: 1 },
    { scope: 'workload', open: count((other) => workloadKeys(other).some((key) => workloads.has(key))), limit: 1 },
    { scope: 'namespace', open: count((other) => other.spec.clusters.some((cluster) => namespaces.has(`${cluster}/${other.spec.target?.namespace ?? ''}`))), limit: policy.budgets.openPerNamespace },
    { scope: 'repository', open: repository === undefined ? 0 : count((other) => repositoryOf(other) === repository), limit: policy.budgets.openPerRepository },
    { scope: 'cluster', open: Math.max(0, ...request.spec.clusters.map((cluster) => count((other) => other.spec.clusters.includes(cluster)))), limit: policy.budgets.openPerCluster },
    { scope: 'hub', open: open.length, limit: policy.budgets.openPerHub },
    { scope: 'created in the last hour', open: repository === undefined ? 0 : createdLately, limit: policy.budgets.createdPerHour },
  ];
}

function repositoryOf({ status }: RemediationRequest): string | undefined {
  return status.plan && `${status.plan.source.forge}/${status.plan.source.repository}`;
}

/** Also what a re-plan or an earlier attempt of the same request opened. */
function openedWithinHour({ status }: RemediationRequest, now: number): readonly string[] {
  return (status.opened ?? []).filter((at) => now - (parseTime(at) ?? 0) < hours(1));
}

/** Attempts on this fingerprint in the last day, by every request for it, the running one's earlier attempts included. */
export function attemptsLastDay({ request, others, now }: Pick<View, 'request' | 'others' | 'now'>): { readonly count: number; readonly last: number | undefined } {
  const times = [request, ...others]
    .filter((other) => other.spec.failure.fingerprint === request.spec.failure.fingerprint)
    .flatMap((other) => [
      ...(other.status.attempts ?? []).filter((attempt) => attempt.pullRequest !== undefined).map((attempt) => parseTime(attempt.at)),
      other.metadata.uid === request.metadata.uid ? undefined : parseTime(other.status.pullRequest?.openedAt),
    ])
    .filter((at): at is number => at !== undefined && now - at < hours(24));
  return { count: times.length, last: times.length === 0 ? undefined : Math.max(...times) };
}
