import { isPermanent, messageOf, renderTime, seconds } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import { isTrue, withCondition, withoutCondition } from '../physics/runtime/conditions.ts';
import { parseKey } from '../physics/runtime/keys.ts';
import type { KubeObject } from '../objects.ts';
import { applyObjects, findLive, prune, renderRef } from './apply-objects.ts';
import type { Applied, ObjectRef } from './apply-objects.ts';
import type { ApplierContext } from './context.ts';
import { commitOf, GIT_REPOSITORY, interval, KUSTOMIZATION } from './flux-shapes.ts';
import type { GitRepository, InventoryEntry, Kustomization } from './flux-shapes.ts';
import { healthOf } from './health.ts';
import type { RepositoryReader } from './repository.ts';
import { inNamespace } from './scope.ts';

const MANAGER = 'kustomize-controller';
const AS = { manager: MANAGER } as const;
const PRUNE_DISABLED = 'kustomize.toolkit.fluxcd.io/prune';

/** A step of the reconcile ended it early: what to say, and when to try again. */
interface Stop {
  readonly reason: string;
  readonly message: string;
  readonly attempted?: string;
  readonly retryIn: Duration;
}

/** Applies what a Kustomization names at its source's present revision. Answers when to do it again. */
export async function reconcileKustomization(context: ApplierContext, key: string): Promise<Duration | undefined> {
  const { namespace, name } = parseKey(key);
  const found = context.objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, namespace, name);
  if (!found || found.spec.suspend || found.metadata.deletionTimestamp) return undefined;
  const stop = await attempt(context, found);
  const again = stop?.retryIn ?? interval(found.spec.interval);
  if (stop) fail(context, found, stop);
  return again;
}

async function attempt(context: ApplierContext, kustomization: Kustomization): Promise<Stop | undefined> {
  const retryIn = interval(kustomization.spec.retryInterval ?? kustomization.spec.interval);
  const source = readSource(context, kustomization);
  if ('reason' in source) return { ...source, retryIn: Math.min(retryIn, seconds(30)) };
  const dependency = kustomization.spec.dependsOn?.find(({ name, namespace = kustomization.metadata.namespace }) => !isReady(context, name, namespace));
  if (dependency) {
    const known = `${dependency.namespace ?? kustomization.metadata.namespace ?? ''}/${dependency.name}`;
    return { reason: 'DependencyNotReady', message: `dependency '${known}' is not ready`, retryIn: Math.min(retryIn, seconds(30)) };
  }
  const { revision, repository } = source;
  const built = await build(context, kustomization, { revision, repository });
  if ('reason' in built) return { ...built, attempted: revision, retryIn };

  const result = applyObjects(context.objects, built.objects, MANAGER);
  if ('failures' in result) {
    const message = result.failures.map((failure) => `${renderRef(failure.ref)} dry-run failed (${failure.reason}): ${failure.message}`).join('\n');
    return { reason: 'ReconciliationFailed', message, attempted: revision, retryIn };
  }
  return finish(context, kustomization, { revision, applied: result.applied, retryIn });
}

interface Source {
  readonly revision: string;
  readonly repository: RepositoryReader;
}

function readSource({ objects, repositories }: ApplierContext, { metadata, spec }: Kustomization): Source | Pick<Stop, 'reason' | 'message'> {
  const { kind, name, namespace = metadata.namespace } = spec.sourceRef;
  const source = kind === 'GitRepository' ? objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, namespace, name) : undefined;
  const revision = source?.status?.artifact?.revision;
  const repository = source && repositories(source.spec.url);
  if (!source) return { reason: 'ArtifactFailed', message: `Source '${kind}/${namespace ?? ''}/${name}' not found` };
  if (revision === undefined || !repository) return { reason: 'ArtifactFailed', message: 'Source artifact not found, retrying in 30s' };
  return { revision, repository };
}

function isReady({ objects }: ApplierContext, name: string, namespace: string | undefined): boolean {
  const other = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, namespace, name);
  return other !== undefined && other.status?.observedGeneration === other.metadata.generation && isTrue(other.status?.conditions, 'Ready');
}

async function build(context: ApplierContext, { metadata, spec }: Kustomization, { revision, repository }: Source): Promise<{ readonly objects: readonly KubeObject[] } | Pick<Stop, 'reason' | 'message'>> {
  try {
    const objects = await context.folders.read({ repository, revision: commitOf(revision), path: spec.path ?? '', render: context.render });
    return { objects: objects.map((object) => owned(placed(context, object, spec.targetNamespace), metadata)) };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return { reason: 'BuildFailed', message: messageOf(error) };
  }
}

/** `targetNamespace` wins over what the object says; without either it is `default`. */
function placed({ objects }: ApplierContext, object: KubeObject, targetNamespace: string | undefined): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return inNamespace(objects, targetNamespace === undefined ? object : { ...object, metadata }, targetNamespace ?? 'default');
}

function owned(object: KubeObject, owner: Kustomization['metadata']): KubeObject {
  const labels = { ...object.metadata.labels, 'kustomize.toolkit.fluxcd.io/name': owner.name, 'kustomize.toolkit.fluxcd.io/namespace': owner.namespace ?? '' };
  return { ...object, metadata: { ...object.metadata, labels } };
}

interface Done {
  readonly revision: string;
  readonly applied: readonly Applied[];
  readonly retryIn: Duration;
}

async function finish(context: ApplierContext, kustomization: Kustomization, { revision, applied, retryIn }: Done): Promise<Stop | undefined> {
  const { objects, clock, events } = context;
  const refs = applied.map(({ ref }) => ref);
  const before = (kustomization.status?.inventory?.entries ?? []).map(readEntry);
  const pruned = kustomization.spec.prune ? prune(objects, before, refs, ({ metadata }) => metadata.annotations?.[PRUNE_DISABLED] === 'disabled') : [];
  const changes = [...applied.filter(({ change }) => change !== 'unchanged').map(({ ref, change }) => `${renderRef(ref)} ${change}`), ...pruned.map((ref) => `${renderRef(ref)} deleted`)];
  if (changes.length > 0) events.record({ about: kustomization, from: MANAGER, type: 'Normal', reason: 'Progressing', message: changes.join('\n') });
  const entries = refs.map(renderEntry);
  const waiting = kustomization.spec.wait ? await waitUntilHealthy(context, kustomization, { refs, revision }) : undefined;
  const latest = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, kustomization.metadata.namespace, kustomization.metadata.name);
  if (!latest) return undefined;
  if (waiting !== undefined) {
    objects.updateStatus<Kustomization>({ ...latest, status: { ...latest.status, inventory: { entries } } }, AS);
    return { reason: 'HealthCheckFailed', message: waiting, attempted: revision, retryIn };
  }
  const generation = kustomization.metadata.generation ?? 1;
  const ready = { type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: `Applied revision: ${revision}`, observedGeneration: generation, lastTransitionTime: renderTime(clock.now()) };
  const requested = latest.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  objects.updateStatus<Kustomization>(
    {
      ...latest,
      status: {
        conditions: withCondition(withoutCondition(latest.status?.conditions ?? [], 'Reconciling'), ready),
        inventory: { entries },
        lastAppliedRevision: revision,
        lastAttemptedRevision: revision,
        ...(requested === undefined ? {} : { lastHandledReconcileAt: requested }),
        observedGeneration: generation,
      },
    },
    AS,
  );
  return undefined;
}

/** Up to `spec.timeout`, or until there is a newer revision; the text of the failure where something is still not healthy then. */
async function waitUntilHealthy(context: ApplierContext, kustomization: Kustomization, { refs, revision }: { readonly refs: readonly ObjectRef[]; readonly revision: string }): Promise<string | undefined> {
  const { objects, clock, signal } = context;
  const { spec } = kustomization;
  const limit = interval(spec.timeout ?? spec.interval);
  const end = clock.now() + limit;
  const unhealthy = () => refs.flatMap((ref) => {
    const live = findLive(objects, ref);
    const health = live && healthOf(live);
    return health && health.status !== 'Healthy' ? [`${renderRef(ref)} status: '${health.status === 'Degraded' ? 'Failed' : 'InProgress'}'`] : [];
  });
  while (unhealthy().length > 0) {
    const source = readSource(context, kustomization);
    if (!('revision' in source) || source.revision !== revision) return 'health checks were cancelled: there is a newer revision';
    if (clock.now() >= end) return `health check failed after ${limit / 1000}s: timeout waiting for: [${unhealthy().join(', ')}]`;
    await clock.sleep(Math.min(seconds(1), Math.max(1, end - clock.now())), signal);
  }
  return undefined;
}

/** `status.observedGeneration` stays behind, as with the real controller: it is the generation that last became ready. */
function fail({ objects, clock, events }: ApplierContext, { metadata }: Kustomization, { reason, message, attempted }: Stop): void {
  const latest = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, metadata.namespace, metadata.name);
  if (!latest) return;
  const generation = metadata.generation ?? 1;
  const ready = { type: 'Ready', status: 'False', reason, message, observedGeneration: generation, lastTransitionTime: renderTime(clock.now()) };
  objects.updateStatus<Kustomization>(
    { ...latest, status: { ...latest.status, conditions: withCondition(latest.status?.conditions ?? [], ready), ...(attempted === undefined ? {} : { lastAttemptedRevision: attempted }) } },
    AS,
  );
  events.record({ about: latest, from: MANAGER, type: 'Warning', reason, message });
}

function renderEntry({ namespace, name, group, kind, version }: ObjectRef): InventoryEntry {
  return { id: `${namespace}_${name.replaceAll(':', '__')}_${group}_${kind}`, v: version };
}

function readEntry({ id, v }: InventoryEntry): ObjectRef {
  const [, namespace = '', name = '', group = '', kind = ''] = /^([^_]*)_(.*)_([^_]*)_([^_]*)$/.exec(id) ?? [];
  return { namespace, name: name.replaceAll('__', ':'), group, kind, version: v };
}
