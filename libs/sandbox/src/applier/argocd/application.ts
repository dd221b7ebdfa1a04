import { isPermanent, renderTime } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { ClusterObjects } from '../../objects.ts';
import { prune } from '../apply-objects.ts';
import { setFinalizer } from '../flux/status.ts';
import type { ApplierContext } from '../context.ts';
import { compare, compareUnknown, refOfResource } from './compare.ts';
import { readDesired } from './desired.ts';
import { hydrate } from './hydrate.ts';
import type { Desired } from './desired.ts';
import { runSync } from './run-sync.ts';
import { APPLICATION, ARGO_NAMESPACE, CONTROLLER, RESOURCES_FINALIZER, sourcesOf } from './shapes.ts';
import type { Application, ApplicationCondition, ApplicationStatus, OperationState } from './shapes.ts';
import { concluded, nextSync } from './sync.ts';

export function destinationOf({ objects, destinations }: ApplierContext, { spec }: Application): ClusterObjects | undefined {
  const { server, name } = spec.destination;
  if (server === 'https://kubernetes.default.svc' || name === 'in-cluster') return objects;
  return destinations({ ...(server === undefined ? {} : { server }), ...(name === undefined ? {} : { name }) });
}

type Problem = Omit<ApplicationCondition, 'lastTransitionTime'>;

/** Compares an Application with its cluster, and syncs it where that is due. Answers when to look again. */
export async function reconcileApplication(context: ApplierContext, application: Application): Promise<Duration | undefined> {
  const { argoInterval, clock } = context;
  const target = destinationOf(context, application);
  if (application.metadata.deletionTimestamp) return remove(context, application, target);
  const invalid = problemOf(application, target);
  if (invalid || !target) {
    writeStatus(context, application, { ...compareUnknown(context, application, undefined), conditions: withTimes(context, application, invalid ? [invalid] : []) });
    return argoInterval;
  }
  const { sourceHydrator: hydrator } = application.spec;
  const hydrated = hydrator && (await hydrate(context, application, { hydrator, target }));
  if (hydrated) writeStatus(context, application, { sourceHydrator: hydrated });
  let desired: Desired;
  try {
    desired = await readDesired(context, application, target);
  } catch (error) {
    if (!isPermanent(error) || error.reason !== 'ComparisonError') throw error;
    writeStatus(context, application, { ...compareUnknown(context, application, target), conditions: withTimes(context, application, [{ type: 'ComparisonError', message: error.message }]) });
    return argoInterval;
  }
  const warnings: readonly Problem[] = desired.repeated.map((message) => ({ type: 'RepeatedResourceWarning', message }));
  const show = (one: Application): Application | undefined => {
    const status = compare(context, one, { target, desired });
    const next = nextSync({ ...one, status: { ...one.status, ...status } }, desired, clock.now());
    const refused = next && 'refused' in next ? [next.refused] : [];
    return writeStatus(context, one, { ...status, reconciledAt: renderTime(clock.now()), conditions: withTimes(context, one, [...warnings, ...refused]) });
  };
  const seen = show(application);
  const due = seen && nextSync(seen, desired, clock.now());
  if (!seen || !due || 'refused' in due) return argoInterval;
  if (due.in > 0) return Math.min(due.in, argoInterval);

  const startedAt = due.startedAt ?? renderTime(clock.now());
  const begun: OperationState = { phase: 'Running', startedAt, operation: due.operation, ...(due.attempt > 0 ? { retryCount: due.attempt } : {}) };
  const running = writeStatus(context, dropOperation(context, seen), { operationState: begun }) ?? seen;
  const state = await runSync(context, running, { target, desired, operation: due.operation, startedAt, progress: (now) => void writeStatus(context, running, { operationState: now }) });
  const ended = concluded(state, due.attempt, clock.now());
  const synced = writeStatus(context, running, { operationState: ended, ...(ended.phase === 'Succeeded' ? { history: withHistory(running, desired, ended) } : {}) });
  const after = synced && show(synced);
  const again = after && nextSync(after, desired, clock.now());
  return again && !('refused' in again) ? Math.min(again.in, argoInterval) : argoInterval;
}

function problemOf(application: Application, target: ClusterObjects | undefined): Problem | undefined {
  const { server, name } = application.spec.destination;
  const { sources } = sourcesOf(application);
  const invalid = (message: string): Problem => ({ type: 'InvalidSpecError', message });
  if (sources.length === 0) return invalid('spec.source.repoURL and either spec.source.path or spec.source.chart are required');
  if (server && name) return invalid(`application destination can't have both name and server defined: ${name} ${server}`);
  if (target) return undefined;
  return invalid(name ? `application destination server is invalid: unable to find destination server: there are no clusters with this name: ${name}` : server ? `error getting cluster by server "${server}": rpc error: code = NotFound desc = cluster "${server}" not found` : 'destination server missing from app spec');
}

function withHistory({ status }: Application, { at }: Desired, { syncResult, startedAt, finishedAt, operation }: OperationState): NonNullable<ApplicationStatus['history']> {
  const history = status?.history ?? [];
  const { source, sources } = syncResult ?? {};
  return [...history, { id: (history.at(-1)?.id ?? -1) + 1, ...at, deployedAt: finishedAt ?? startedAt, deployStartedAt: startedAt, ...(sources ? { sources } : { source }), initiatedBy: operation.initiatedBy ?? {} }].slice(-10) as NonNullable<ApplicationStatus['history']>;
}

/** With the finalizer, what it applied goes first. */
function remove({ objects }: ApplierContext, application: Application, target: ClusterObjects | undefined): undefined {
  const cascades = application.metadata.finalizers?.find((finalizer) => finalizer.startsWith(RESOURCES_FINALIZER));
  if (cascades === undefined) return undefined;
  if (target) prune(target, (application.status?.resources ?? []).map(refOfResource), [], ({ metadata }) => (metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? '').includes('Delete=false'));
  setFinalizer(objects, application, CONTROLLER, { finalizer: cascades, wanted: false });
  return undefined;
}

function withTimes({ clock }: ApplierContext, { status }: Application, problems: readonly Problem[]): readonly ApplicationCondition[] {
  return problems.map((problem) => status?.conditions?.find(({ type, message }) => type === problem.type && message === problem.message) ?? { ...problem, lastTransitionTime: renderTime(clock.now()) });
}

/** An asked-for operation is taken off the object once it runs. */
function dropOperation({ objects }: ApplierContext, application: Application): Application {
  if (!application.operation) return application;
  const { operation: _, ...rest } = application;
  return objects.update<Application>(rest as Application, CONTROLLER);
}

function writeStatus({ objects }: ApplierContext, { metadata }: Application, change: Partial<ApplicationStatus>): Application | undefined {
  const latest = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, metadata.namespace, metadata.name);
  if (!latest) return undefined;
  const { sourceType: _type, sourceTypes: _types, ...sourceless } = latest.status ?? {};
  const { conditions = [], ...rest } = { ...(change.sync?.status === 'Unknown' ? sourceless : latest.status), ...change };
  return objects.updateStatus<Application>({ ...latest, status: { ...rest, ...(conditions.length > 0 ? { conditions } : {}), controllerNamespace: ARGO_NAMESPACE } }, CONTROLLER);
}
