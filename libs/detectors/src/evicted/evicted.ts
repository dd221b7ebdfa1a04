import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, ResourceRead, World } from '@fleetmend/plugin-api';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

const READS: readonly ResourceRead[] = [
  { apiVersion: 'v1', kind: 'Pod', resource: 'pods', fields: ['status.phase', 'status.reason', 'status.message'] },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', resource: 'replicasets', fields: ['spec.replicas'] },
];

/** One eviction is a node that helped itself; a workload that loses pod after pod has a request or a limit that does not fit. */
const FEWEST = 2;

/** Pods that their node evicts again and again, for its own lack of room or for a limit of theirs. */
export const evicted: Detector = {
  kind: 'evicted',
  classes: ['Evicted'],
  reads: [...POD_AND_OWNER_READS, ...READS],
  inspects: ['Pod'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect(object, world) {
    const subCause = subCauseOf(object);
    if (subCause === undefined || isFormer(object, world)) return [];
    const alike = world.list('v1', 'Pod', object.metadata.namespace).filter((pod) => subCauseOf(pod) === subCause && ownerOf(pod) === ownerOf(object));
    if (ownerOf(object) === undefined || alike.length < FEWEST) return [];
    return findingOf(object, undefined, world, { class: 'Evicted', subCause, reason: 'Evicted', message: WORDS[subCause] });
  },
};

const WORDS = {
  EmptyDirSize: 'a volume of kind emptyDir grows beyond its size limit',
  EphemeralStorage: 'its files take more room than its limit for ephemeral storage allows',
  NodeMemory: 'its node has too little memory, and it uses more than it requests',
  NodeStorage: 'its node has too little room for files, and it uses more than it requests',
  NodeProcesses: 'its node has too few process ids left',
  Other: 'its node evicts it',
} as const satisfies Readonly<Record<string, string>>;
type SubCause = keyof typeof WORDS;

/** Source of the texts: the kubelet's eviction manager. */
const PATTERNS: readonly (readonly [SubCause, RegExp])[] = [
  ['EmptyDirSize', /Usage of EmptyDir volume/],
  ['EphemeralStorage', /ephemeral (?:local )?storage (?:usage exceeds|limit)|local ephemeral storage limit/i],
  ['NodeMemory', /low on resource: memory|\[MemoryPressure\]/],
  ['NodeStorage', /low on resource: (?:ephemeral-storage|inodes)|\[DiskPressure\]/],
  ['NodeProcesses', /low on resource: pids|\[PIDPressure\]/],
];

interface PodView {
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly message?: string };
}

function subCauseOf(pod: KubeObject): SubCause | undefined {
  const { status } = pod as PodView & KubeObject;
  if (pod.kind !== 'Pod' || pod.metadata.deletionTimestamp !== undefined || status?.phase !== 'Failed' || status.reason !== 'Evicted') return undefined;
  return PATTERNS.find(([, pattern]) => pattern.test(status.message ?? ''))?.[0] ?? 'Other';
}

function ownerOf(pod: KubeObject): string | undefined {
  return pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

/** Evicted pods stay for days: those of a revision that nothing runs any more say nothing about now. */
function isFormer(pod: KubeObject, world: World): boolean {
  const [owner] = world.owners(pod);
  return owner?.kind === 'ReplicaSet' && (owner['spec'] as { readonly replicas?: number } | undefined)?.replicas === 0;
}
