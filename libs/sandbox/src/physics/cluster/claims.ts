import type { KubeObject } from '../../objects.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Pod } from '../shapes/pod.ts';

const FROM = 'persistentvolume-controller';
const AS = controllerIdentity('persistent-volume-binder');
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export interface Claim extends KubeObject {
  readonly spec: { readonly storageClassName?: string; readonly volumeName?: string; readonly accessModes?: readonly string[]; readonly volumeMode?: string; readonly resources?: { readonly requests?: { readonly storage?: string } } };
  readonly status?: { readonly phase?: string };
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly volumeBindingMode?: string;
  readonly reclaimPolicy?: string;
}

/** Binds claims: at once where the class says so, with the first pod that uses them otherwise. Any provisioner provisions. */
export function startClaims(context: PhysicsContext): void {
  const { objects, clock, signal, failed } = context;
  const loop = startLoop({
    name: FROM,
    clock,
    signal,
    failed,
    retry: { initial: 100, max: 10_000 },
    reconcile(key) {
      const { namespace, name } = parseKey(key);
      const claim = objects.get<Claim>('v1', 'PersistentVolumeClaim', namespace, name);
      if (!claim || claim.metadata.deletionTimestamp || claim.status?.phase === 'Bound') return undefined;
      return bind(context, claim) ? undefined : 15_000;
    },
  });
  const retryAll = () => objects.list('v1', 'PersistentVolumeClaim').forEach((claim) => loop.enqueue(keyOf(claim)));
  const ends = [
    objects.watch('v1', 'PersistentVolumeClaim', ({ object }) => loop.enqueue(keyOf(object))),
    objects.watch('storage.k8s.io/v1', 'StorageClass', retryAll),
    objects.watch('v1', 'Pod', ({ type, object }) => {
      if (type === 'ADDED') for (const { persistentVolumeClaim } of (object as Pod).spec.volumes ?? []) if (persistentVolumeClaim) loop.enqueue(`${object.metadata.namespace ?? ''}/${persistentVolumeClaim.claimName}`);
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

function bind(context: PhysicsContext, claim: Claim): boolean {
  const { objects, events } = context;
  const note = (type: 'Normal' | 'Warning', reason: string, message: string) => events.record({ about: claim, from: FROM, type, reason, message });
  const classes = objects.list<StorageClass>('storage.k8s.io/v1', 'StorageClass');
  const wanted = claim.spec.storageClassName;
  const storageClass = classes.find(({ metadata }) => (wanted === undefined ? metadata.annotations?.[DEFAULT_CLASS] === 'true' : metadata.name === wanted));
  if (!storageClass) {
    if (wanted) note('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${wanted}" not found`);
    else note('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return false;
  }
  if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && !isUsed(context, claim)) {
    note('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return false;
  }
  const volume = provision(context, claim, storageClass);
  note('Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volume}`);
  return true;
}

function isUsed({ objects }: PhysicsContext, { metadata }: Claim): boolean {
  return objects.list<Pod>('v1', 'Pod', { ...(metadata.namespace ? { namespace: metadata.namespace } : {}) }).some(({ spec }) => spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name));
}

function provision({ objects }: PhysicsContext, claim: Claim, { metadata: { name: storageClassName }, reclaimPolicy = 'Delete', provisioner }: StorageClass): string {
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const { accessModes = ['ReadWriteOnce'], volumeMode = 'Filesystem' } = claim.spec;
  const capacity = { storage: claim.spec.resources?.requests?.storage ?? '1Gi' };
  const { namespace, uid } = claim.metadata;
  const volume = objects.create<KubeObject>(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
      spec: { accessModes, capacity, volumeMode, storageClassName, persistentVolumeReclaimPolicy: reclaimPolicy, claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim.metadata.name, namespace, uid }, hostPath: { path: `/var/lib/sandbox/${name}` } },
    },
    AS,
  );
  objects.updateStatus<KubeObject>({ ...volume, status: { phase: 'Bound' } }, AS);
  const bound = objects.update<Claim>(
    { ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/storage-provisioner': provisioner } }, spec: { ...claim.spec, storageClassName, volumeName: name } },
    AS,
  );
  objects.updateStatus<Claim>({ ...bound, status: { accessModes, capacity, phase: 'Bound' } } as Claim, AS);
  return name;
}
