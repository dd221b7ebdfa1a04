import { canonicalJson, minutes, parseDuration, parseTime, renderTime, seconds } from '@fleetmend/kernel';
import type { Duration, Instant } from '@fleetmend/kernel';
import { hasOption, sourcesOf } from './shapes.ts';
import type { Application, ApplicationCondition, Operation, OperationState, RetryStrategy } from './shapes.ts';
import type { Desired } from './desired.ts';

/** Argo CD's default for automated syncs. */
const RETRY_LIMIT = 5;
const SELF_HEAL_PAUSE = seconds(5);

export type NextSync =
  | { readonly operation: Operation; readonly in: Duration; readonly attempt: number; readonly startedAt?: string }
  | { readonly refused: Omit<ApplicationCondition, 'lastTransitionTime'> }
  | undefined;

/**
 * The operation that is due: one that was asked for, the next try of one that failed, or one of the sync policy's own, now or later.
 * What is in sync is never synced again, so a commit that does not touch the application leaves no operation behind.
 * Source: argo-cd 3.1, controller/appcontroller.go (autoSync, processRequestedAppOperation).
 */
export function nextSync(application: Application, { at }: Desired, now: Instant): NextSync {
  const { spec, status, operation } = application;
  const last = status?.operationState;
  if (operation?.sync) return { operation: { ...operation, retry: operation.retry ?? {} }, in: 0, attempt: 0 };
  if (last?.phase === 'Running' && last.finishedAt !== undefined) {
    const attempt = last.retryCount ?? 0;
    return { operation: last.operation, in: Math.max(0, (parseTime(last.finishedAt) ?? now) + pauseBefore(last.operation.retry, attempt - 1) - now), attempt, startedAt: last.startedAt };
  }
  const automated = spec.syncPolicy?.automated;
  if (!automated || automated.enabled === false || status?.sync?.status !== 'OutOfSync') return undefined;
  const resources = status.resources ?? [];
  if (!automated.prune && resources.every((one) => one.status === 'Synced' || one.requiresPruning)) return undefined;
  const { sources, several } = sourcesOf(application);
  const result = last?.syncResult;
  const attempted = result !== undefined && canonicalJson([result.revision || undefined, result.revisions]) === canonicalJson([at.revision, at.revisions]) && canonicalJson(several ? result.sources : result.source) === canonicalJson(several ? sources : sources[0]);
  const name = at.revision ?? (at.revisions ?? []).join(', ');
  let wait = 0;
  if (attempted) {
    if (last?.phase !== 'Succeeded') return { refused: { type: 'SyncError', message: `Failed sync attempt to ${name}: ${last?.message ?? ''}` } };
    if (!automated.selfHeal) return undefined;
    wait = Math.max(0, SELF_HEAL_PAUSE - (now - (parseTime(last.finishedAt) ?? now)));
  }
  if (automated.prune && !automated.allowEmpty && resources.length > 0 && resources.every(({ requiresPruning }) => requiresPruning)) {
    return { refused: { type: 'SyncError', message: `Skipping sync attempt to ${name}: auto-sync will wipe out all resources` } };
  }
  const { syncOptions, retry } = spec.syncPolicy ?? {};
  const sync = { ...at, ...(automated.prune ? { prune: true } : {}), ...(syncOptions ? { syncOptions } : {}) };
  return { operation: { sync, initiatedBy: { automated: true }, retry: retry ?? { limit: RETRY_LIMIT } }, in: wait, attempt: 0 };
}

/** Source: argo-cd 3.1, pkg/apis/application/v1alpha1/types.go (NextRetryAt): 5 s, doubled, up to 3 m. */
function pauseBefore(retry: RetryStrategy | undefined, attempt: number): Duration {
  const { duration = '5s', factor = 2, maxDuration = '3m' } = retry?.backoff ?? {};
  return Math.min(parseDuration(duration) * factor ** Math.max(0, attempt), maxDuration === '' ? minutes(3) : parseDuration(maxDuration));
}

/** A failure is tried again as often as the strategy says; until then it still counts as running. */
export function concluded(state: OperationState, attempt: number, now: Instant): OperationState {
  const ended = { ...state, finishedAt: renderTime(now), ...(attempt > 0 ? { retryCount: attempt } : {}) };
  if (state.phase !== 'Failed' && state.phase !== 'Error') return ended;
  const limit = state.operation.retry?.limit ?? 0;
  if (attempt >= limit && limit >= 0) return attempt > 0 ? { ...ended, message: `${state.message ?? ''} (retried ${attempt} times).` } : ended;
  const at = new Date(now + pauseBefore(state.operation.retry, attempt));
  const kitchen = `${at.getUTCHours() % 12 || 12}:${String(at.getUTCMinutes()).padStart(2, '0')}${at.getUTCHours() < 12 ? 'AM' : 'PM'}`;
  // The words are those of 3.1, whatever the reason was.
  return { ...ended, phase: 'Running', retryCount: attempt + 1, message: `${state.message ?? ''} due to application controller sync timeout. Retrying attempt #${attempt + 1} at ${kitchen}.` };
}

export function createsNamespace({ sync }: Operation): boolean {
  return hasOption(sync?.syncOptions, 'CreateNamespace=true');
}
