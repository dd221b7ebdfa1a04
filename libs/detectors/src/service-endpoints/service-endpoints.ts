import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { isLeaving, ownerFinding, selects } from '../owners.ts';
import { labelsOfRuns, podsBehind, refTo, selectorOf, SERVICE_READS, workloadsBeside } from '../services.ts';

type Labels = Readonly<Record<string, string>>;

/** A Service whose selector finds no pod, and no workload that would make one. */
export const serviceEndpoints: Detector = {
  kind: 'service-endpoints',
  classes: ['ServiceWithoutEndpoints'],
  reads: SERVICE_READS,
  inspects: ['Service'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    const selector = object.kind === 'Service' && !isLeaving(object) ? selectorOf(object) : undefined;
    if (!selector || podsBehind(object, world).length > 0) return [];
    const workloads = workloadsBeside(object, world);
    // Its workload is there and has no pod now: why, others say.
    if (workloads.some(({ labels }) => selects({ matchLabels: selector }, labels))) return [];
    // Between two runs nobody stands behind it, and that is as it should be.
    if (labelsOfRuns(object, world).some((labels) => selects({ matchLabels: selector }, labels))) return [];
    const nearest = nearestOf(selector, workloads, object, world);
    return ownerFinding(object, world, {
      class: 'ServiceWithoutEndpoints',
      subCause: nearest ? 'SelectorMismatch' : 'NoWorkload',
      reason: 'NoEndpoints',
      message: nearest ? `its selector fits no pod; ${nearest.kind} ${nearest.metadata.name} comes near` : 'its selector fits no pod, and no workload here comes near',
      cause: nearest && refTo(nearest),
    });
  },
};

/** The workload that shares most of the wanted labels, or is called like the Service. None where two come equally near. */
function nearestOf(selector: Labels, workloads: ReturnType<typeof workloadsBeside>, service: KubeObject, world: World): KubeObject | undefined {
  const taken = (labels: Labels) => world.list('v1', 'Service', service.metadata.namespace).some((other) => other.metadata.name !== service.metadata.name && selects({ matchLabels: selectorOf(other) ?? { '': '' } }, labels));
  const scored = workloads
    .map(({ object, labels }) => {
      const shared = Object.entries(selector).filter(([key, value]) => labels[key] === value).length;
      const named = object.metadata.name === service.metadata.name || service.metadata.name.startsWith(`${object.metadata.name}-`);
      return { object, score: shared * 4 + (named ? 3 : 0) - (taken(labels) ? 2 : 0) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [first, second] = scored;
  return first && first.score !== second?.score ? first.object : undefined;
}
