import { minutes, seconds } from '@fleetmend/kernel';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { applyObject, findLive, prune, refOf } from '../apply-objects.ts';
import type { ObjectRef } from '../apply-objects.ts';
import { isServed } from '../context.ts';
import type { ApplierContext } from '../context.ts';
import { isHook, surplusOf, waveOf } from './compare.ts';
import type { Desired } from './desired.ts';
import { healthOf } from './health.ts';
import { withIgnored } from './ignore-differences.ts';
import { ARGO_MANAGER, EMPTY_SOURCE, hasAnnotationOption, hasOption, sourcesOf, SYNC_OPTIONS } from './shapes.ts';
import type { Application, Operation, OperationState, SyncResource } from './shapes.ts';
import { createsNamespace } from './sync.ts';

export interface SyncInput {
  readonly target: ClusterObjects;
  readonly desired: Desired;
  readonly operation: Operation;
  readonly startedAt: string;
  /** Shows how far it is while it waits. */
  readonly progress: (state: OperationState) => void;
}

/** Source: gitops-engine, pkg/sync/sync_tasks.go. */
const ORDER: readonly string[] = [
  'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy', 'PodDisruptionBudget', 'ServiceAccount', 'Secret', 'SecretList', 'ConfigMap', 'StorageClass', 'PersistentVolume', 'PersistentVolumeClaim',
  'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleList', 'ClusterRoleBinding', 'ClusterRoleBindingList', 'Role', 'RoleList', 'RoleBinding', 'RoleBindingList', 'Service', 'DaemonSet', 'Pod', 'ReplicationController',
  'ReplicaSet', 'Deployment', 'HorizontalPodAutoscaler', 'StatefulSet', 'Job', 'CronJob', 'IngressClass', 'Ingress', 'APIService',
];
const rank = ({ kind }: KubeObject) => (ORDER.includes(kind) ? ORDER.indexOf(kind) - ORDER.length : 0);

/** How long a wave may take to become healthy; the real controller waits for ever. */
const PATIENCE = minutes(10);

type Phase = 'PreSync' | 'Sync' | 'PostSync';

interface Task {
  readonly object: KubeObject;
  readonly phase: Phase;
  readonly hook: boolean;
  readonly wave: number;
}

/**
 * One sync: what is not wanted is pruned, then everything is applied, phase by phase and wave by wave. What is refused does not keep its
 * neighbours from being applied. Source: gitops-engine, pkg/sync/sync_context.go.
 */
export async function runSync(context: ApplierContext, application: Application, input: SyncInput): Promise<OperationState> {
  const { target, desired, operation, startedAt } = input;
  const { sources, several } = sourcesOf(application);
  const resources: SyncResource[] = [];
  const state = (phase: OperationState['phase'], message: string): OperationState => ({
    phase, message, startedAt, operation,
    syncResult: { ...desired.at, ...(several ? { revision: '', source: EMPTY_SOURCE, sources } : { source: sources[0] ?? EMPTY_SOURCE }), ...(resources.length > 0 ? { resources: [...resources] } : {}) },
  });
  const tasks = tasksOf(application, input);
  const unknown = tasks.filter(({ object }) => !isServed(target, object.apiVersion, object.kind) && !tasks.some(({ object: other }) => other.kind === 'CustomResourceDefinition' && definedKind(other) === object.kind));
  if (unknown.length > 0) {
    resources.push(...unknown.map(({ object, phase }) => result(refOf(object), { status: 'SyncFailed', phase, message: `The Kubernetes API could not find ${refOf(object).group}/${object.kind} for requested resource ${object.metadata.namespace ?? ''}/${object.metadata.name}. Make sure the "${object.kind}" CRD is installed on the destination cluster.` })));
    return state('Failed', 'one or more synchronization tasks are not valid');
  }
  const surplus = surplusOf(application, target, desired);
  const isKept = (object: KubeObject) => hasAnnotationOption(object, SYNC_OPTIONS, 'Prune=false');
  const pruned = operation.sync?.prune ? prune(target, surplus, [], isKept) : [];
  for (const ref of surplus) resources.push(pruned.includes(ref) ? result(ref, { status: 'Pruned', phase: 'Sync', message: 'pruned', hookPhase: 'Succeeded' }) : result(ref, { status: 'PruneSkipped', phase: 'Sync', message: operation.sync?.prune ? 'ignored (no prune)' : 'ignored (requires pruning)' }));

  const steps = new Map<string, Task[]>();
  for (const task of tasks) {
    const key = `${task.phase} ${task.wave}`;
    steps.set(key, [...(steps.get(key) ?? []), task]);
  }
  const ordered = [...steps.values()];
  for (const [index, step] of ordered.entries()) {
    const failures = step.map((task) => applyTask(application, input, task)).map((outcome) => (resources.push(outcome), outcome)).filter(({ status }) => status === 'SyncFailed');
    if (failures.length > 0) return state('Failed', `one or more objects failed to apply, reason: ${failures.map(({ message }) => message).join(',')}`);
    const isLast = index === ordered.length - 1;
    const awaited = step.filter(({ hook }) => hook || !isLast);
    const failed = await waitForHealth(context, awaited, { target, told: (message) => input.progress(state('Running', message)) });
    if (failed.length > 0) return state('Failed', `one or more synchronization tasks completed unsuccessfully${failed.length > 0 ? `, reason: ${failed.join(',')}` : ''}`);
  }
  return state('Succeeded', tasks.length === 0 && pruned.length === 0 ? 'successfully synced (no more tasks)' : 'successfully synced (all tasks run)');
}

function tasksOf(application: Application, { target, desired, operation }: SyncInput): readonly Task[] {
  const { namespace } = application.spec.destination;
  const namespaces: readonly KubeObject[] = namespace && createsNamespace(operation) && !target.get('v1', 'Namespace', undefined, namespace) && !desired.objects.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace) ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }] : [];
  const phases: readonly Phase[] = ['PreSync', 'Sync', 'PostSync'];
  const tasks = [...namespaces.map((object): Task => ({ object, phase: 'PreSync', hook: false, wave: Number.MIN_SAFE_INTEGER })), ...desired.objects.flatMap((object) => taskOf(object))];
  return tasks.sort((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase) || a.wave - b.wave || rank(a.object) - rank(b.object) || (a.object.metadata.name < b.object.metadata.name ? -1 : 1));
}

/** Helm's hooks are Argo CD's. Source: argo-cd.readthedocs.io, "Helm", "Helm Hooks". */
const HELM_PHASES: Readonly<Record<string, Phase>> = { 'pre-install': 'PreSync', 'pre-upgrade': 'PreSync', 'post-install': 'PostSync', 'post-upgrade': 'PostSync', PreSync: 'PreSync', Sync: 'Sync', PostSync: 'PostSync' };

function taskOf(object: KubeObject): readonly Task[] {
  const wave = waveOf(object);
  if (!isHook(object)) return [{ object, phase: 'Sync', hook: false, wave }];
  const named = (object.metadata.annotations?.['argocd.argoproj.io/hook'] ?? object.metadata.annotations?.['helm.sh/hook'] ?? '').split(',').map((one) => HELM_PHASES[one.trim()]);
  return [...new Set(named.filter((phase) => phase !== undefined))].map((phase) => ({ object, phase, hook: true, wave }));
}

function definedKind(definition: KubeObject): string | undefined {
  return (definition['spec'] as { readonly names?: { readonly kind?: string } } | undefined)?.names?.kind;
}

function applyTask(application: Application, { target, operation }: SyncInput, { object, phase, hook }: Task): SyncResource {
  const options = operation.sync?.syncOptions;
  const ref = refOf(object);
  const live = findLive(target, ref);
  // A hook runs anew each time. Source: argo-cd.readthedocs.io, "Resource Hooks", `BeforeHookCreation`.
  if (hook && live) prune(target, [ref], [], () => false);
  const wanted = live && hasOption(options, 'RespectIgnoreDifferences=true') ? withIgnored(application, object, live) : object;
  const outcome = applyObject(target, wanted, { manager: ARGO_MANAGER, dryRun: false });
  const images = imagesOf(object).length > 0 ? { images: imagesOf(object) } : {};
  if ('reason' in outcome) return { ...result(ref, { status: 'SyncFailed', phase, message: outcome.message, hookPhase: 'Failed' }), ...images };
  const serverSide = hasOption(options, 'ServerSideApply=true') || hasAnnotationOption(object, SYNC_OPTIONS, 'ServerSideApply=true');
  const name = `${ref.kind.toLowerCase()}${ref.group ? `.${ref.group}` : ''}/${ref.name}`;
  return { ...result(ref, { status: 'Synced', phase, message: `${name} ${serverSide ? 'serverside-applied' : outcome.change}`, hookPhase: 'Running' }), ...(hook ? { hookType: phase } : {}), ...images };
}

function imagesOf(object: KubeObject): readonly string[] {
  const { spec } = object as { readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } } } };
  return (spec?.template?.spec?.containers ?? []).flatMap(({ image }) => (image === undefined ? [] : [image]));
}

function result({ group, version, kind, namespace, name }: ObjectRef, { status, phase, message, hookPhase }: { readonly status: NonNullable<SyncResource['status']>; readonly phase: Phase; readonly message: string; readonly hookPhase?: string }): SyncResource {
  return { group, version, kind, namespace, name, status, message, ...(hookPhase === undefined ? {} : { hookPhase }), syncPhase: phase };
}

/** The messages of what ended badly; empty once all is healthy. */
async function waitForHealth({ clock, signal }: ApplierContext, tasks: readonly Task[], { target, told }: { readonly target: ClusterObjects; readonly told: (message: string) => void }): Promise<readonly string[]> {
  const end = clock.now() + PATIENCE;
  let said = '';
  for (;;) {
    const states = tasks.map(({ object }) => ({ object, health: healthOf(findLive(target, refOf(object)) ?? object) }));
    const bad = states.flatMap(({ object, health }) => (health?.status === 'Degraded' ? [health.message ?? object.metadata.name] : []));
    const [first, ...more] = states.filter(({ health }) => health && health.status !== 'Healthy' && health.status !== 'Degraded');
    if (bad.length > 0 || !first) return bad;
    if (clock.now() >= end) return [`${first.object.kind}/${first.object.metadata.name} did not become healthy`];
    const { group, kind, name } = refOf(first.object);
    const message = `waiting for ${tasks.some(({ object, hook }) => hook && object === first.object) ? 'completion of hook' : 'healthy state of'} ${group}/${kind}/${name}${more.length > 0 ? ` and ${more.length} more ${tasks.some(({ hook }) => hook) ? 'hooks' : 'resources'}` : ''}`;
    if (message !== said) told(message);
    said = message;
    await clock.sleep(seconds(1), signal);
  }
}
