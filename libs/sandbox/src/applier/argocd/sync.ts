import { parseTime, renderTime, seconds } from '@fleetmend/kernel';
import type { Duration, Instant } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { applyObject, prune } from '../apply-objects.ts';
import type { Applied, ApplyFailure, ObjectRef } from '../apply-objects.ts';
import type { Desired } from './argocd.ts';
import { ARGO_MANAGER, surplusOf } from './compare.ts';
import type { Application, ApplicationStatus, OperationState, SyncResource } from './shapes.ts';
import type { ApplierContext } from '../context.ts';

/** Argo CD's default for automated syncs. */
const RETRY_LIMIT = 5;
const SELF_HEAL_PAUSE = seconds(5);

/**
 * When to sync: now for an asked-for or a new revision that differs from what is live; later for a retry after a failure or, with `selfHeal`, against drift;
 * `undefined` for never. What is in sync is never synced again, so a commit that does not touch the application leaves no operation behind.
 */
export function nextSync({ spec, status, operation }: Application, { revision }: Desired, now: Instant): { readonly in: Duration } | undefined {
  if (operation?.sync) return { in: 0 };
  const automated = spec.syncPolicy?.automated;
  if (!automated || automated.enabled === false || status?.sync?.status !== 'OutOfSync') return undefined;
  const needsPruningOnly = (status.resources ?? []).every((one) => one.status === 'Synced' || one.requiresPruning);
  if (needsPruningOnly && !automated.prune) return undefined;
  const last = status.operationState;
  if (last?.syncResult?.revision !== revision) return { in: 0 };
  const since = now - (parseTime(last.finishedAt) ?? now);
  if (last.phase === 'Failed') {
    const count = last.retryCount ?? 0;
    return count >= (spec.syncPolicy?.retry?.limit ?? RETRY_LIMIT) ? undefined : { in: Math.max(0, seconds(5) * 2 ** count - since) };
  }
  return automated.selfHeal ? { in: Math.max(0, SELF_HEAL_PAUSE - since) } : undefined;
}

/** Applies, prunes, and answers the operation's part of the status. */
export function sync({ clock }: ApplierContext, application: Application, { target, desired }: { readonly target: ClusterObjects; readonly desired: Desired }): Partial<ApplicationStatus> {
  const at = renderTime(clock.now());
  const { spec, status, operation } = application;
  const last = status?.operationState;
  const isRetry = last?.phase === 'Failed' && last.syncResult?.revision === desired.revision;
  const prunes = operation?.sync ? (operation.sync.prune ?? false) : (spec.syncPolicy?.automated?.prune ?? false);
  const result = applyObjects(target, withNamespace(application, desired.objects), ARGO_MANAGER);
  const source = spec.source ?? spec.sources?.[0] ?? { repoURL: '' };
  const state = (phase: OperationState['phase'], message: string, resources: readonly SyncResource[]): OperationState => ({
    phase,
    message,
    startedAt: at,
    finishedAt: at,
    ...(isRetry ? { retryCount: (last.retryCount ?? 0) + 1 } : {}),
    operation: { sync: { revision: desired.revision, ...(prunes ? { prune: true } : {}) }, initiatedBy: operation?.sync ? { username: 'admin' } : { automated: true }, retry: { limit: RETRY_LIMIT } },
    syncResult: { revision: desired.revision, source, resources },
  });
  if ('failures' in result) {
    const text = result.failures.map(({ message }) => message).join(',');
    return { operationState: state('Failed', `one or more objects failed to apply, reason: ${text}`, result.failures.map(({ ref, message }) => resource(ref, 'SyncFailed', message))) };
  }
  const pruned = prunes ? prune(target, surplusOf(application, target, desired), result.applied.map(({ ref }) => ref), isPruneDisabled) : [];
  const resources = [
    ...result.applied.map(({ ref, change }) => resource(ref, 'Synced', `${ref.kind.toLowerCase()}${ref.group ? `.${ref.group}` : ''}/${ref.name} ${change}`)),
    ...pruned.map((ref) => resource(ref, 'Pruned', 'pruned')),
  ];
  const history = status?.history ?? [];
  return {
    operationState: state('Succeeded', 'successfully synced (all tasks run)', resources),
    history: [...history, { id: (history.at(-1)?.id ?? -1) + 1, revision: desired.revision, deployedAt: at, deployStartedAt: at, source }].slice(-10),
  };
}

function withNamespace({ spec }: Application, objects: readonly KubeObject[]): readonly KubeObject[] {
  const { namespace } = spec.destination;
  if (!namespace || !spec.syncPolicy?.syncOptions?.includes('CreateNamespace=true')) return objects;
  if (objects.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)) return objects;
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...objects];
}

function isPruneDisabled({ metadata }: KubeObject): boolean {
  return (metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? '').split(',').includes('Prune=false');
}

function resource({ group, version, kind, namespace, name }: ObjectRef, status: SyncResource['status'], message: string): SyncResource {
  return { group, version, kind, namespace, name, status, message, ...(status === 'SyncFailed' ? {} : { hookPhase: status === 'Pruned' ? 'Succeeded' : 'Running' }), syncPhase: 'Sync' };
}

/** All of it is tried in a dry run before any of it is written. */
function applyObjects(objects: ClusterObjects, wanted: readonly KubeObject[], manager: string): { readonly applied: readonly Applied[] } | { readonly failures: readonly ApplyFailure[] } {
  const early = (one: KubeObject) => ['CustomResourceDefinition', 'Namespace'].includes(one.kind);
  const applied: Applied[] = [];
  for (const stage of [wanted.filter(early), wanted.filter((one) => !early(one))]) {
    const failures = stage.flatMap((object) => {
      const outcome = applyObject(objects, object, { manager, dryRun: true });
      return 'reason' in outcome ? [outcome] : [];
    });
    if (failures.length > 0) return { failures };
    for (const object of stage) {
      const outcome = applyObject(objects, object, { manager, dryRun: false });
      if ('reason' in outcome) return { failures: [outcome] };
      applied.push(outcome);
    }
  }
  return { applied };
}
