/** Why nodes do not take a pod, from what a node is for to what only stands in the way there; the scheduler looks in this order. */
export const MISFITS = [
  { subCause: 'NodeUnschedulable', pattern: /were unschedulable/ },
  { subCause: 'Taint', pattern: /untolerated taint|taints? that the pod didn't tolerate/ },
  { subCause: 'NodeSelector', pattern: /node affinity\/selector|node affinity|node selector|requested node name/ },
  { subCause: 'HostPort', pattern: /free ports for the requested pod ports/ },
  { subCause: 'TooManyPods', pattern: /Too many pods/ },
  { subCause: 'InsufficientResources', pattern: /^Insufficient / },
  { subCause: 'VolumeBinding', pattern: /persistent ?volume|pvc\(s\)|volume node affinity|volume zone|max volume count|free storage|available disk/i },
  { subCause: 'TopologySpread', pattern: /topology spread constraints/ },
  { subCause: 'PodAffinity', pattern: /pod (?:anti-)?affinity|pods anti-affinity/ },
] as const satisfies readonly { readonly subCause: string; readonly pattern: RegExp }[];

export type MisfitName = (typeof MISFITS)[number]['subCause'];

export interface Misfits {
  /** How many nodes say no for each reason, in the scheduler's words. */
  readonly reasons: readonly { readonly text: string; readonly nodes: number; readonly subCause: MisfitName | undefined }[];
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: …`, taken apart; what follows the reasons only says that evicting others would not help. */
export function readMisfits(message: string): Misfits {
  const list = /^\d+\/\d+ nodes are available: (.*?)(?:\.? (?:no new claims to deallocate|preemption: ).*|\.?)$/s.exec(message)?.[1]?.replace(/\.$/, '') ?? '';
  const reasons = list === '' ? [] : list.split(/, (?=\d+ )/).map((part) => {
    const [, count, text = part] = /^(\d+) (.*)$/s.exec(part) ?? [];
    return { text, nodes: Number(count ?? 0), subCause: nameOf(text) };
  });
  return { reasons };
}

function nameOf(text: string): MisfitName | undefined {
  // The words about a volume's own affinity hold those about a node's.
  if (/PersistentVolume's node affinity|volume node affinity/.test(text)) return 'VolumeBinding';
  if (/pod (?:anti-)?affinity|pods anti-affinity/.test(text)) return 'PodAffinity';
  return MISFITS.find(({ pattern }) => pattern.test(text))?.subCause;
}

/** What stands between the pod and the node that is nearest to taking it: the last thing that the scheduler looked at anywhere. */
export function nearestMisfit({ reasons }: Misfits): MisfitName | undefined {
  const order = MISFITS.map(({ subCause }): MisfitName => subCause);
  return reasons.flatMap(({ subCause }) => subCause ?? []).sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
}
