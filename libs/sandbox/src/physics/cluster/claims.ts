import { readQuantity } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { controllerIdentity } from '../runtime/context.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { keyOf, parseKey } from '../runtime/keys.ts';
import { startLoop } from '../runtime/loop.ts';
import type { Pod } from '../shapes/pod.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, PROVISIONED_BY, PROVISIONER, SELECTED_NODE } from '../shapes/storage.ts';
import type { Claim, PersistentVolume, StorageClass } from '../shapes/storage.ts';
import { findVolume, isBoundTo, mismatch } from './volume-match.ts';

const FROM = 'persistentvolume-controller';
const AS = controllerIdentity('persistent-volume-binder');
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
/** The provisioners that answer here; any other one is a name that nobody listens to. */
const SERVED: readonly string[] = ['lab.fleet.local/any'];
/** How often the real controller looks at every claim again, and says again what it waits for. */
const RESYNC = 15_000;

/** Binds claims to volumes that exist or are provisioned: at once where the class says so, with the first pod that uses them otherwise. */
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
      if (!claim || claim.metadata.deletionTimestamp || claim.status?.phase === 'Lost') return undefined;
      if (claim.metadata.annotations?.[BIND_COMPLETED] === 'yes') return keepBound(context, claim);
      return syncUnbound(context, claim) ? undefined : RESYNC;
    },
  });
  const retryAll = () => objects.list('v1', 'PersistentVolumeClaim').forEach((claim) => loop.enqueue(keyOf(claim)));
  const ends = [
    objects.watch('v1', 'PersistentVolumeClaim', ({ object }) => loop.enqueue(keyOf(object))),
    objects.watch('v1', 'PersistentVolume', retryAll),
    objects.watch('storage.k8s.io/v1', 'StorageClass', retryAll),
    objects.watch('v1', 'Pod', ({ type, object }) => {
      if (type === 'ADDED') for (const { persistentVolumeClaim } of (object as Pod).spec.volumes ?? []) if (persistentVolumeClaim) loop.enqueue(`${object.metadata.namespace ?? ''}/${persistentVolumeClaim.claimName}`);
    }),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
}

type Note = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

function noteOn({ events }: PhysicsContext, claim: Claim): Note {
  return (type, reason, message) => events.record({ about: claim, from: FROM, type, reason, message });
}

/** Answers whether the claim is bound now. */
function syncUnbound(context: PhysicsContext, claim: Claim): boolean {
  const { objects } = context;
  const note = noteOn(context, claim);
  const volumes = objects.list<PersistentVolume>('v1', 'PersistentVolume');
  if (claim.spec.volumeName) return bindNamed(context, claim, volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName));
  const classes = objects.list<StorageClass>('storage.k8s.io/v1', 'StorageClass');
  const storageClass = classes.find(({ metadata }) => metadata.name === claim.spec.storageClassName);
  const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const found = findVolume(claim, volumes, { waits });
  if (found) return bind(context, claim, found);
  const assigned = claim.spec.storageClassName === undefined ? classes.find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true') : undefined;
  if (assigned) return syncUnbound(context, objects.update<Claim>({ ...claim, spec: { ...claim.spec, storageClassName: assigned.metadata.name } }, AS));
  if (waits && claim.metadata.annotations?.[SELECTED_NODE] === undefined) {
    const pods = waitingPods(context, claim);
    if (pods.length === 0) note('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    else note('Normal', 'WaitForPodScheduled', `waiting for pod${pods.length > 1 ? 's' : ''} ${pods.join(',')} to be scheduled`);
    return false;
  }
  if (!claim.spec.storageClassName) {
    note('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return false;
  }
  return provision(context, claim, storageClass);
}

/** The claim asks for one volume by name. Where there is none, the real controller says nothing either. */
function bindNamed(context: PhysicsContext, claim: Claim, volume: PersistentVolume | undefined): boolean {
  if (!volume) return false;
  if (volume.spec.claimRef && !isBoundTo(volume, claim)) {
    noteOn(context, claim)('Warning', 'FailedBinding', `volume "${volume.metadata.name}" already bound to a different claim.`);
    return false;
  }
  const problem = volume.spec.claimRef ? undefined : mismatch(volume, claim);
  if (problem !== undefined) {
    noteOn(context, claim)('Warning', 'VolumeMismatch', `Cannot bind to requested volume "${volume.metadata.name}": ${problem}`);
    return false;
  }
  return bind(context, claim, volume);
}

function waitingPods({ objects }: PhysicsContext, { metadata }: Claim): readonly string[] {
  return objects
    .list<Pod>('v1', 'Pod', metadata.namespace ? { namespace: metadata.namespace } : {})
    .filter(({ spec }) => !spec.nodeName && spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name))
    .map((pod) => pod.metadata.name);
}

function provision(context: PhysicsContext, claim: Claim, storageClass: StorageClass | undefined): boolean {
  const { objects } = context;
  const note = noteOn(context, claim);
  if (!storageClass) {
    note('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${claim.spec.storageClassName ?? ''}" not found`);
    return false;
  }
  const { provisioner } = storageClass;
  if (provisioner.startsWith('kubernetes.io/')) {
    note('Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
    return false;
  }
  const asked = objects.update<Claim>({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, 'volume.beta.kubernetes.io/storage-provisioner': provisioner, [PROVISIONER]: provisioner } } }, AS);
  note('Normal', 'ExternalProvisioning', `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`);
  if (!SERVED.includes(provisioner)) return false;
  const volume = makeVolume(context, asked, storageClass);
  context.events.record({ about: claim, from: provisioner, type: 'Normal', reason: 'ProvisioningSucceeded', message: `Successfully provisioned volume ${volume.metadata.name}` });
  return bind(context, asked, volume);
}

function makeVolume({ objects }: PhysicsContext, claim: Claim, { metadata: { name: storageClassName }, reclaimPolicy = 'Delete', provisioner }: StorageClass): PersistentVolume {
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const { accessModes = ['ReadWriteOnce'], volumeMode = 'Filesystem' } = claim.spec;
  const { namespace = '', uid = '' } = claim.metadata;
  const known = objects.get<PersistentVolume>('v1', 'PersistentVolume', undefined, name);
  if (known) return known;
  return objects.create<PersistentVolume>(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { [PROVISIONED_BY]: provisioner } },
      spec: {
        accessModes,
        capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
        volumeMode,
        storageClassName,
        persistentVolumeReclaimPolicy: reclaimPolicy,
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim.metadata.name, namespace, uid },
        hostPath: { path: `/var/lib/sandbox/${name}` },
      },
    } as PersistentVolume,
    AS,
  );
}

function bind({ objects }: PhysicsContext, claim: Claim, volume: PersistentVolume): boolean {
  const { name, namespace, uid } = claim.metadata;
  const held = objects.update<PersistentVolume>({ ...volume, spec: { ...volume.spec, claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid } } } as PersistentVolume, AS);
  objects.updateStatus<KubeObject>({ ...held, status: { phase: 'Bound' } }, AS);
  const annotations = { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes', ...(claim.spec.volumeName ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) };
  const bound = objects.update<Claim>({ ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: volume.metadata.name } }, AS);
  objects.updateStatus<Claim>({ ...bound, status: { accessModes: volume.spec.accessModes ?? [], capacity: volume.spec.capacity ?? {}, phase: 'Bound' } }, AS);
  return true;
}

/** A bound claim stays bound while its volume is there and is its own; a claim that asks for more gets it, since nothing else asks who may. */
function keepBound(context: PhysicsContext, claim: Claim): undefined {
  const { objects } = context;
  const lose = (reason: string, message: string): undefined => {
    objects.updateStatus<Claim>({ ...claim, status: { phase: 'Lost' } }, AS);
    noteOn(context, claim)('Warning', reason, message);
  };
  if (!claim.spec.volumeName) return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = objects.get<PersistentVolume>('v1', 'PersistentVolume', undefined, claim.spec.volumeName);
  if (!volume) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  if (volume.spec.claimRef?.uid !== undefined && volume.spec.claimRef.uid !== claim.metadata.uid) return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
  const wanted = claim.spec.resources?.requests?.storage;
  if ((readQuantity(wanted) ?? 0n) <= (readQuantity(claim.status?.capacity?.storage) ?? 0n)) return undefined;
  const grown = objects.update<PersistentVolume>({ ...volume, spec: { ...volume.spec, capacity: { storage: wanted } } } as PersistentVolume, AS);
  objects.updateStatus<Claim>({ ...claim, status: { ...claim.status, accessModes: grown.spec.accessModes ?? [], capacity: grown.spec.capacity ?? {}, phase: 'Bound' } }, AS);
  return undefined;
}
