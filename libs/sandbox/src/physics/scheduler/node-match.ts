import { meets } from '../runtime/selectors.ts';
import type { Node, Taint } from '../shapes/cluster.ts';
import type { Pod, Toleration } from '../shapes/pod.ts';

/** The cluster as one scheduling attempt sees it. */
export interface Snapshot {
  readonly nodes: readonly Node[];
  /** Bound pods that hold resources, by node. */
  readonly podsOn: ReadonlyMap<string, readonly Pod[]>;
}

export interface Misfit {
  /** In the scheduler's words. */
  readonly reasons: readonly string[];
  /** Whether evicting other pods could help. */
  readonly helpless: boolean;
}

export function helpless(...reasons: readonly string[]): Misfit {
  return { reasons, helpless: true };
}

export function untoleratedTaint(pod: Pod, node: Node): Taint | undefined {
  return node.spec?.taints?.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, taint));
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some(({ key, operator = 'Equal', value = '', effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === 'Exists';
    return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
  });
}

export function matchesNode({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    return matchExpressions.every((one) => meets(one, labels)) && matchFields.every((one) => meets(one, { 'metadata.name': node.metadata.name }));
  });
}
