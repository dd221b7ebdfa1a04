import type { KubeObject } from '@fleetmend/model';
import { meets } from '../owners.ts';

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}
interface Term {
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** The parts of a pod spec that say on which nodes it may run. */
export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: { readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly Term[] } } };
}
interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** What the DaemonSet controller lets every daemon pod tolerate: the states of a node, not its purpose. */
const OF_EVERY_DAEMON = /^node\.kubernetes\.io\/(not-ready|unreachable|disk-pressure|memory-pressure|pid-pressure|unschedulable|network-unavailable)$/;

/** The node's labels are what the template asks for. */
export function isChosen(placement: Placement, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  const terms = placement.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!Object.entries(placement.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  return terms === undefined || terms.some(({ matchExpressions = [] }) => matchExpressions.every((one) => meets(one, labels)));
}

/** The template tolerates every taint of the node that keeps pods away. */
export function isTolerated({ tolerations = [] }: Placement, node: KubeObject): boolean {
  const { taints = [] } = (node['spec'] ?? {}) as { readonly taints?: readonly Taint[] };
  return taints.every((taint) => taint.effect === 'PreferNoSchedule' || OF_EVERY_DAEMON.test(taint.key) || tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key === undefined || key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}
