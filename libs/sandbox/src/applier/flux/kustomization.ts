import { isPermanent, messageOf, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import { isTrue } from '../../physics/runtime/conditions.ts';
import { parseKey } from '../../physics/runtime/keys.ts';
import type { KubeObject } from '../../objects.ts';
import { prune, renderRef } from '../apply-objects.ts';
import type { ObjectRef } from '../apply-objects.ts';
import type { ApplierContext } from '../context.ts';
import type { RepositoryReader } from '../repository.ts';
import { inNamespace } from '../scope.ts';
import { buildKustomization } from './build.ts';
import { readEntry, renderEntry } from './inventory.ts';
import { commitOf, DEPENDENCY_REQUEUE, FLUX_FINALIZER, GIT_REPOSITORY, goDuration, interval, KUSTOMIZATION, REQUESTED_AT } from './shapes.ts';
import type { GitRepository, Kustomization } from './shapes.ts';
import { applyStaged, inApplyOrder, KUSTOMIZE_CONTROLLER } from './staged-apply.ts';
import { changeStatus, ready, setFinalizer } from './status.ts';
import type { Change } from './status.ts';
import { waitForSet } from './wait.ts';

const AS = { manager: KUSTOMIZE_CONTROLLER } as const;
const PRUNE_DISABLED = 'kustomize.toolkit.fluxcd.io/prune';

/** A step of the reconcile ended it early: what to say, and when to try again. */
interface Stop {
  readonly reason: string;
  readonly message: string;
  readonly retryIn: Duration;
  /** What it was busy with; the condition `Reconciling` goes on saying so. */
  readonly during?: string;
  readonly healthy?: Change;
  /** `Info` where nothing is wrong yet. */
  readonly severity?: 'Info';
}

/**
 * Applies what a Kustomization names at its source's present revision. Answers when to do it again.
 * Steps, reasons and messages are those of kustomize-controller 1.9, internal/controller/kustomization_controller.go.
 */
export async function reconcileKustomization(context: ApplierContext, key: string): Promise<Duration | undefined> {
  const { namespace, name } = parseKey(key);
  const found = context.objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, namespace, name);
  if (!found) return undefined;
  if (found.metadata.deletionTimestamp) return finalize(context, found);
  const kustomization = setFinalizer(context.objects, found, AS, { finalizer: FLUX_FINALIZER, wanted: true });
  if (kustomization.spec.suspend) {
    confirmRetrying(context, kustomization);
    return undefined;
  }
  const stop = await attempt(context, kustomization);
  if (stop) fail(context, kustomization, stop);
  return stop?.retryIn ?? interval(kustomization.spec.interval);
}

/** A failed one that is suspended says of its new generation, too, that it is busy (recorded in the lab, kustomize-controller 1.9). */
function confirmRetrying(context: ApplierContext, kustomization: Kustomization): void {
  const { conditions = [] } = kustomization.status ?? {};
  const busy = conditions.find(({ type }) => type === 'Reconciling');
  if (!busy || conditions.find(({ type }) => type === 'Ready')?.status !== 'False') return;
  changeStatus<Kustomization>(context, kustomization, AS, { marks: [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: busy.message ?? '' }], handled: true });
}

/** With the object goes what it applied, where it prunes and is not suspended. */
function finalize({ objects, events }: ApplierContext, kustomization: Kustomization): undefined {
  const { spec, status } = kustomization;
  const deletes = !spec.suspend && ((spec.deletionPolicy ?? 'MirrorPrune') === 'MirrorPrune' ? spec.prune === true : spec.deletionPolicy !== 'Orphan');
  const deleted = deletes ? prune(objects, (status?.inventory?.entries ?? []).map(readEntry), [], isPruneDisabled) : [];
  if (deleted.length > 0) events.record({ about: kustomization, from: KUSTOMIZE_CONTROLLER, type: 'Normal', reason: 'ReconciliationSucceeded', message: deleted.map((ref) => `${renderRef(ref)} deleted`).join('\n') });
  setFinalizer(objects, kustomization, AS, { finalizer: FLUX_FINALIZER, wanted: false });
  return undefined;
}

function isPruneDisabled({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[PRUNE_DISABLED] === 'disabled' || metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile'] === 'disabled';
}

const timeoutOf = ({ timeout, interval: every }: Kustomization['spec']): Duration => Math.max(seconds(30), timeout === undefined ? interval(every) - seconds(30) : interval(timeout));

async function attempt(context: ApplierContext, kustomization: Kustomization): Promise<Stop | undefined> {
  const { spec } = kustomization;
  const retryIn = interval(spec.retryInterval ?? spec.interval);
  const source = readSource(context, kustomization);
  if ('reason' in source) return { retryIn, ...source };
  const dependency = whyNotReady(context, kustomization, source.revision);
  if (dependency !== undefined) return { reason: 'DependencyNotReady', message: dependency, retryIn: DEPENDENCY_REQUEUE, severity: 'Info' };

  const { revision, repository } = source;
  const timeout = goDuration(timeoutOf(spec));
  const built = await build(context, kustomization, { revision, repository });
  if ('reason' in built) return { ...built, retryIn, during: `${built.reason === 'ArtifactFailed' ? 'Fetching' : 'Building'} manifests for revision ${revision} with a timeout of ${timeout}` };
  const { applied, refusal } = applyStaged(context.objects, built.objects, kustomization.spec);
  const changes = applied.filter(({ change }) => change !== 'unchanged').map(({ ref, change }) => `${renderRef(ref)} ${change}`);
  if (refusal !== undefined) {
    changeStatus<Kustomization>(context, kustomization, AS, { marks: [], status: () => ({ lastAttemptedRevision: revision }) });
    return { reason: 'ReconciliationFailed', message: `${refusal}\n${changes.map((line) => `${line}\n`).join('')}`, retryIn, during: `Detecting drift for revision ${revision} with a timeout of ${timeout}` };
  }
  if (changes.length > 0) context.events.record({ about: kustomization, from: KUSTOMIZE_CONTROLLER, type: 'Normal', reason: 'Progressing', message: changes.join('\n') });
  const refs = inApplyOrder(applied.map(({ object }) => object)).map((object) => applied.find((one) => one.object === object)?.ref).filter((ref) => ref !== undefined);
  return finish(context, kustomization, { revision, refs, retryIn, timeout });
}

interface Source {
  readonly revision: string;
  readonly repository: RepositoryReader;
}

type Refused = Pick<Stop, 'reason' | 'message' | 'severity'> & { readonly retryIn?: Duration };

function readSource({ objects, repositories }: ApplierContext, { metadata, spec }: Kustomization): Source | Refused {
  const { kind, name, namespace = metadata.namespace } = spec.sourceRef;
  const waiting = (message: string, retryIn?: Duration): Refused => ({ reason: 'ArtifactFailed', message, severity: 'Info', ...(retryIn === undefined ? {} : { retryIn }) });
  const notFound = waiting(`${kind}.source.toolkit.fluxcd.io "${name}" not found`);
  if (kind !== 'GitRepository') {
    const known = ['OCIRepository', 'Bucket'].includes(kind) && objects.get(GIT_REPOSITORY.apiVersion, kind, namespace, name);
    return known ? waiting(`Source artifact not found, retrying in ${goDuration(DEPENDENCY_REQUEUE)}`, DEPENDENCY_REQUEUE) : notFound;
  }
  const source = objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, kind, namespace, name);
  if (!source) return notFound;
  const revision = source.status?.artifact?.revision;
  const repository = repositories(source.spec.url);
  if (revision === undefined || !repository) return waiting(`Source artifact not found, retrying in ${goDuration(DEPENDENCY_REQUEUE)}`, DEPENDENCY_REQUEUE);
  return { revision, repository };
}

function whyNotReady({ objects }: ApplierContext, { metadata, spec }: Kustomization, revision: string): string | undefined {
  for (const { name, namespace = metadata.namespace ?? '' } of spec.dependsOn ?? []) {
    const other = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, namespace, name);
    if (!other) return `dependency '${namespace}/${name}' not found: kustomizations.kustomize.toolkit.fluxcd.io "${name}" not found`;
    if (other.status?.observedGeneration !== other.metadata.generation || !isTrue(other.status?.conditions, 'Ready')) return `dependency '${namespace}/${name}' is not ready`;
    const sameSource = other.spec.sourceRef.kind === spec.sourceRef.kind && other.spec.sourceRef.name === spec.sourceRef.name && (other.spec.sourceRef.namespace ?? namespace) === (spec.sourceRef.namespace ?? metadata.namespace);
    if (sameSource && other.status?.lastAppliedRevision !== revision) return `dependency '${namespace}/${name}' revision is not up to date`;
  }
  return undefined;
}

async function build(context: ApplierContext, kustomization: Kustomization, { revision, repository }: Source): Promise<{ readonly objects: readonly KubeObject[] } | Refused> {
  const attempted = () => changeStatus<Kustomization>(context, kustomization, AS, { marks: [], status: () => ({ lastAttemptedRevision: revision }) });
  try {
    const objects = await buildKustomization(context, kustomization, { repository, commit: commitOf(revision) });
    return { objects: objects.map((object) => owned(placed(context, object, kustomization.spec.targetNamespace), kustomization)) };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    const reason = error.reason === 'ArtifactFailed' ? error.reason : 'BuildFailed';
    if (reason === 'BuildFailed') attempted();
    return { reason, message: messageOf(error) };
  }
}

/** Where kustomize has not done it already, for want of the program. */
function placed({ objects }: ApplierContext, object: KubeObject, targetNamespace: string | undefined): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return inNamespace(objects, targetNamespace === undefined ? object : { ...object, metadata }, targetNamespace);
}

function owned(object: KubeObject, { metadata: owner, spec }: Kustomization): KubeObject {
  const labels = { ...object.metadata.labels, ...spec.commonMetadata?.labels, 'kustomize.toolkit.fluxcd.io/name': owner.name, 'kustomize.toolkit.fluxcd.io/namespace': owner.namespace ?? '' };
  const annotations = { ...object.metadata.annotations, ...spec.commonMetadata?.annotations };
  return { ...object, metadata: { ...object.metadata, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) } };
}

interface Done {
  readonly revision: string;
  readonly refs: readonly ObjectRef[];
  readonly retryIn: Duration;
  readonly timeout: string;
}

async function finish(context: ApplierContext, kustomization: Kustomization, { revision, refs, retryIn, timeout }: Done): Promise<Stop | undefined> {
  const { objects, events } = context;
  const before = (kustomization.status?.inventory?.entries ?? []).map(readEntry);
  const pruned = kustomization.spec.prune ? prune(objects, before, refs, isPruneDisabled) : [];
  if (pruned.length > 0) events.record({ about: kustomization, from: KUSTOMIZE_CONTROLLER, type: 'Normal', reason: 'Progressing', message: pruned.map((ref) => `${renderRef(ref)} deleted`).join('\n') });
  const inventory = { entries: refs.map(renderEntry) };
  const checked = checkedBy(kustomization, refs);
  const during = `Running health checks for revision ${revision} with a timeout of ${timeout}`;
  if (checked.length > 0) {
    changeStatus<Kustomization>(context, kustomization, AS, {
      marks: [{ type: 'Reconciling', status: 'True', reason: 'Progressing', message: during }, ready('Unknown', 'Progressing', 'Reconciliation in progress'), { type: 'Healthy', status: 'Unknown', reason: 'Progressing', message: during }],
      status: () => ({ inventory, lastAttemptedRevision: revision }),
    });
    const waited = await waitForSet(context, { refs: checked, timeout: timeoutOf(kustomization.spec), cancelled: () => trigger(context, kustomization, revision) });
    if ('cancelled' in waited) return { reason: 'HealthCheckCanceled', message: `New reconciliation triggered by ${waited.cancelled}`, retryIn: 0, severity: 'Info' };
    if ('failed' in waited) {
      const message = `health check failed after ${goDuration(waited.after)}: ${waited.failed}`;
      return { reason: 'HealthCheckFailed', message, retryIn, during, healthy: { type: 'Healthy', status: 'False', reason: 'HealthCheckFailed', message: waited.failed } };
    }
    changeStatus<Kustomization>(context, kustomization, AS, { marks: [{ type: 'Healthy', status: 'True', reason: 'Succeeded', message: `Health check passed in ${goDuration(waited.after)}` }] });
  }
  changeStatus<Kustomization>(context, kustomization, AS, {
    marks: [{ without: 'Reconciling' }, { without: 'Stalled' }, ready('True', 'ReconciliationSucceeded', `Applied revision: ${revision}`), ...(checked.length > 0 ? [] : [{ without: 'Healthy' }])],
    status: () => ({ inventory, lastAppliedRevision: revision, lastAttemptedRevision: revision }),
    observed: true,
    handled: true,
  });
  return undefined;
}

/** All that was applied, or what is named; never the Kustomization itself. */
function checkedBy({ metadata, spec }: Kustomization, refs: readonly ObjectRef[]): readonly ObjectRef[] {
  const named = (spec.healthChecks ?? []).map(({ apiVersion = 'v1', kind, name, namespace = '' }): ObjectRef => {
    const slash = apiVersion.indexOf('/');
    return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind, name, namespace };
  });
  return (spec.wait ? refs : named).filter(({ kind, name, namespace }) => kind !== KUSTOMIZATION.kind || name !== metadata.name || namespace !== metadata.namespace);
}

/** What calls for another reconcile, and so ends the wait. */
function trigger(context: ApplierContext, kustomization: Kustomization, revision: string): string | undefined {
  const { metadata, spec } = kustomization;
  const source = readSource(context, kustomization);
  if ('revision' in source && source.revision !== revision) return `${spec.sourceRef.kind}/${spec.sourceRef.namespace ?? metadata.namespace ?? ''}/${spec.sourceRef.name}`;
  const latest = context.objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, metadata.namespace, metadata.name);
  const isSame = latest?.metadata.generation === metadata.generation && latest?.metadata.annotations?.[REQUESTED_AT] === metadata.annotations?.[REQUESTED_AT];
  return isSame ? undefined : `${KUSTOMIZATION.kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** `status.observedGeneration` stays behind, as with the real controller: it is the generation that last became ready. */
function fail(context: ApplierContext, kustomization: Kustomization, { reason, message, during, healthy, severity }: Stop): void {
  const reconciling: readonly Change[] = during === undefined ? [] : [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: during }];
  const latest = changeStatus<Kustomization>(context, kustomization, AS, { marks: [...reconciling, ready('False', reason, message), ...(healthy ? [healthy] : [])], handled: true });
  if (latest) context.events.record({ about: latest, from: KUSTOMIZE_CONTROLLER, type: severity === 'Info' ? 'Normal' : 'Warning', reason, message });
}
