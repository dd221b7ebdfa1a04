import { minutes } from '@fleetmend/kernel';
import { sameRef, type KubeObject, type Target } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { POD_AND_OWNER_READS, targetOf } from '../target.ts';
import { isLeaving, isObserved, selects, wasChanged, type Selector } from '../owners.ts';

interface View {
  readonly spec?: { readonly selector?: Selector };
  readonly status?: { readonly disruptionsAllowed?: number; readonly desiredHealthy?: number; readonly currentHealthy?: number; readonly expectedPods?: number };
}

/** A disruption budget that can never let a pod go, however healthy all are: nodes cannot be drained. */
export const disruptionBlocked: Detector = {
  kind: 'disruption-blocked',
  classes: ['DisruptionBlocked'],
  reads: [
    ...POD_AND_OWNER_READS,
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets', fields: ['spec.selector', 'status.observedGeneration', 'status.disruptionsAllowed', 'status.desiredHealthy', 'status.currentHealthy', 'status.expectedPods'] },
    { apiVersion: 'v1', kind: 'Node', resource: 'nodes', fields: ['spec.unschedulable'] },
  ],
  inspects: ['PodDisruptionBudget'],
  dwell: { time: minutes(1.5) },
  explainedBy: ['creation-refused', 'scaled-to-zero'],
  explainedByPods: true,
  inspect: (object, world) => {
    if (object.kind !== 'PodDisruptionBudget' || isLeaving(object) || !isObserved(object)) return [];
    const { spec, status = {} } = object as View & KubeObject;
    const { desiredHealthy = 0, expectedPods = 0 } = status;
    if (status.disruptionsAllowed !== 0 || expectedPods === 0 || desiredHealthy < expectedPods) return [];
    const pods = world.list('v1', 'Pod', object.metadata.namespace).filter((pod) => !isLeaving(pod) && selects(spec?.selector, pod.metadata.labels));
    const owner = onlyOwner(pods, world);
    const drained = pods.some((pod) => isOnDrainedNode(pod, world));
    if (!drained && !looksLikeAMistake(object, owner, expectedPods, world)) return [];
    const self: Target = { apiVersion: object.apiVersion, kind: object.kind, ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }), name: object.metadata.name };
    return [{
      class: 'DisruptionBlocked', subCause: drained ? 'DrainBlocked' : 'NeverAllowed', target: owner ?? self, cause: self,
      observation: { reason: 'InsufficientPods', message: `disruption budget ${object.metadata.name} wants every pod that there is, so none may ever go` },
    }];
  },
};

/**
 * A budget for a single pod is often meant as it is: that pod must not go. One that asks for all of several is a mistake of counting, made by a
 * change of either side; from the start it would be somebody's intent.
 */
function looksLikeAMistake(budget: KubeObject, owner: Target | undefined, expectedPods: number, world: World): boolean {
  if (wasChanged(budget)) return true;
  const workload = owner && world.get(owner.apiVersion, owner.kind, owner.namespace, owner.name);
  return expectedPods > 1 && workload !== undefined && wasChanged(workload);
}

/** The workload that all the pods belong to; undefined where they belong to several. */
function onlyOwner(pods: readonly KubeObject[], world: World): Target | undefined {
  const owners = pods.flatMap((pod) => targetOf(pod, world) ?? []);
  const [first] = owners;
  return first && owners.length === pods.length && owners.every((owner) => sameRef(owner, first)) ? first : undefined;
}

function isOnDrainedNode(pod: KubeObject, world: World): boolean {
  const { nodeName } = (pod['spec'] ?? {}) as { readonly nodeName?: string };
  const node = nodeName === undefined ? undefined : world.get('v1', 'Node', undefined, nodeName);
  return ((node?.['spec'] ?? {}) as { readonly unschedulable?: boolean }).unschedulable === true;
}
