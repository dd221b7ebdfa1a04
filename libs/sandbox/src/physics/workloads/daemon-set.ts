import { messageOf } from '@fleetmend/kernel';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { keyOf } from '../runtime/keys.ts';
import { matchesNode, tolerates } from '../scheduler/node-match.ts';
import type { Node } from '../shapes/cluster.ts';
import type { Pod, PodSpec, Toleration } from '../shapes/pod.ts';
import type { DaemonSet } from '../shapes/workloads.ts';
import { createPod, isAvailable, isReady, ownedPods } from './owned-pods.ts';
import { ensureRevision, REVISION_LABEL } from './revisions.ts';
import { startWorkloadLoop } from './workload-loop.ts';

const FROM = 'daemonset-controller';
const AS = controllerIdentity('daemon-set-controller');

/** What every daemon pod tolerates. Source: the DaemonSet controller. */
const TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((key) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoSchedule' })),
];

/** One pod of each DaemonSet on each node that its template may run on; updates replace them one after the other. */
export function startDaemonSetController(context: PhysicsContext): void {
  const { objects, signal } = context;
  const loop = startWorkloadLoop<DaemonSet>(context, { name: FROM, apiVersion: 'apps/v1', kind: 'DaemonSet', reconcile: (set) => reconcile(context, set) });
  const end = objects.watch('v1', 'Node', () => {
    for (const set of objects.list('apps/v1', 'DaemonSet')) loop.enqueue(keyOf(set));
  });
  signal.addEventListener('abort', end, { once: true });
}

function reconcile(context: PhysicsContext, set: DaemonSet): undefined {
  const revision = ensureRevision(context, set, AS).slice(set.metadata.name.length + 1);
  const nodes = context.objects.list<Node>('v1', 'Node');
  const names = nodes.filter((node) => mayRun(set, node)).map(({ metadata }) => metadata.name);
  // What runs already on a node that only keeps new pods away stays there, until an update replaces it.
  const kept = nodes.filter((node) => mayStay(set, node)).map(({ metadata }) => metadata.name);
  const pods = ownedPods(context.objects, set);
  const byNode = new Map(pods.filter(({ metadata }) => !metadata.deletionTimestamp).map((pod) => [nodeOf(pod), pod]));
  let refusal: unknown;
  try {
    for (const node of names) if (!pods.some((pod) => nodeOf(pod) === node)) create(context, set, { node, revision });
    for (const [node, pod] of byNode) {
      const isFinished = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
      if (isFinished || !kept.includes(node ?? '')) remove(context, set, pod);
    }
    replaceOld(context, set, { pods: kept.flatMap((name) => byNode.get(name) ?? []), revision, wanted: names.length });
  } catch (error) {
    refusal = error;
  }
  writeStatus(context, set, { names, revision });
  if (refusal !== undefined) throw refusal;
  return undefined;
}

function mayRun(set: DaemonSet, node: Node): boolean {
  return isToleratedBy(set, node, ['NoSchedule', 'NoExecute']) && matchesNode({ spec: set.spec.template.spec } as Pod, node);
}

function mayStay(set: DaemonSet, node: Node): boolean {
  return isToleratedBy(set, node, ['NoExecute']) && matchesNode({ spec: set.spec.template.spec } as Pod, node);
}

function isToleratedBy({ spec }: DaemonSet, node: Node, effects: readonly string[]): boolean {
  const tolerations = [...(spec.template.spec.tolerations ?? []), ...TOLERATIONS];
  return (node.spec?.taints ?? []).every((taint) => !effects.includes(taint.effect) || tolerates(tolerations, taint));
}

/** A pod that is not bound yet says in its affinity where it belongs. */
function nodeOf({ spec }: Pod): string | undefined {
  return spec.nodeName ?? spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.[0]?.matchFields?.[0]?.values?.[0];
}

function create(context: PhysicsContext, set: DaemonSet, { node, revision }: { readonly node: string; readonly revision: string }): void {
  const change = (spec: PodSpec): PodSpec => ({
    ...spec,
    affinity: { ...spec.affinity, nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] } } },
    tolerations: [...(spec.tolerations ?? []), ...TOLERATIONS],
  });
  try {
    const pod = createPod(context, { owner: set, template: set.spec.template, as: AS, change, labels: { [REVISION_LABEL]: revision, 'pod-template-generation': String(set.metadata.generation ?? 1) } });
    context.events.record({ about: set, from: FROM, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
  } catch (error) {
    context.events.record({ about: set, from: FROM, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${messageOf(error)}` });
    throw error;
  }
}

function remove({ objects, events }: PhysicsContext, set: DaemonSet, pod: Pod): void {
  objects.delete('v1', 'Pod', pod.metadata.namespace, pod.metadata.name, { ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}) });
  events.record({ about: set, from: FROM, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}

/** Old pods that do not work go at once; of the others as many as may be missing. */
function replaceOld(context: PhysicsContext, set: DaemonSet, { pods, revision, wanted }: { readonly pods: readonly Pod[]; readonly revision: string; readonly wanted: number }): void {
  if (set.spec.updateStrategy?.type === 'OnDelete') return;
  const old = pods.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] !== revision);
  if (old.length === 0) return;
  for (const pod of old.filter((one) => !isReady(one))) remove(context, set, pod);
  const limit = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const allowed = typeof limit === 'number' ? limit : Math.max(1, Math.ceil((Number.parseInt(limit, 10) * wanted) / 100));
  const missing = wanted - pods.filter(isReady).length;
  for (const pod of old.filter(isReady).slice(0, Math.max(0, allowed - missing))) remove(context, set, pod);
}

function writeStatus({ objects, clock }: PhysicsContext, set: DaemonSet, { names, revision }: { readonly names: readonly string[]; readonly revision: string }): void {
  const all = ownedPods(objects, set).filter(({ metadata }) => !metadata.deletionTimestamp);
  const placed = all.filter((pod) => names.includes(nodeOf(pod) ?? ''));
  const available = placed.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now())).length;
  const updated = placed.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision).length;
  objects.updateStatus<DaemonSet>(
    {
      ...set,
      status: {
        currentNumberScheduled: placed.length,
        desiredNumberScheduled: names.length,
        ...(available > 0 ? { numberAvailable: available } : {}),
        numberMisscheduled: all.length - placed.length,
        numberReady: placed.filter(isReady).length,
        ...(names.length > available ? { numberUnavailable: names.length - available } : {}),
        ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
        ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
      },
    },
    AS,
  );
}
