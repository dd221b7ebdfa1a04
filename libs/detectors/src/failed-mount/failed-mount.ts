import { seconds } from '@fleetmend/kernel';
import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { Detector, ResourceRead } from '@fleetmend/plugin-api';
import { isBeingCreated } from '../containers.ts';
import { EVENT_READ, notesAbout, type Note } from '../events.ts';
import { matchMessage, namedObject, type MatchedMessage, type MessagePattern } from '../message-pattern.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

const REASONS = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume'];

/** Names only, and only of what a volume points at. */
const VOLUME_READ: ResourceRead = {
  apiVersion: 'v1', kind: 'Pod', resource: 'pods',
  fields: ['spec.volumes.name', 'spec.volumes.configMap.name', 'spec.volumes.secret.secretName', 'spec.volumes.persistentVolumeClaim.claimName'],
};

/** A pod that waits on its node for a volume. */
export const failedMount: Detector = {
  kind: 'failed-mount',
  classes: ['FailedMount'],
  reads: [...POD_AND_OWNER_READS, VOLUME_READ, EVENT_READ],
  inspects: ['Pod'],
  // A volume that the pod before it still holds is let go within this time.
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect(object, world) {
    if (!isBeingCreated(object)) return [];
    const notes = notesAbout(object, world).filter(({ reason, message }) => REASONS.includes(reason) && !TRANSIENT.test(message));
    const sight = mostTelling(object, notes);
    return sight ? findingOf(object, undefined, world, { class: 'FailedMount', ...sight }) : [];
  },
};

const TRANSIENT = /failed to sync (?:configmap|secret) cache|object "[^"]*"\/"[^"]*" not registered/;

/** Source of the texts: the kubelet's volume plugins and the attach-detach controller; "unmounted volumes" only sums up what others say better. */
const PATTERNS: readonly MessagePattern[] = [
  { subCause: 'ConfigMapNotFound', pattern: /configmaps? "(?<name>[^"]+)" not found/i, names: 'ConfigMap' },
  { subCause: 'SecretNotFound', pattern: /secrets? "(?<name>[^"]+)" not found/i, names: 'Secret' },
  { subCause: 'ConfigMapKeyNotFound', pattern: /configmap references non-existent config key: \S+/ },
  { subCause: 'SecretKeyNotFound', pattern: /references non-existent secret key: \S+/ },
  { subCause: 'ClaimNotFound', pattern: /persistentvolumeclaims? "(?<name>[^"]+)" not found/i, names: 'PersistentVolumeClaim' },
  { subCause: 'MultiAttach', pattern: /Multi-Attach error/, words: 'the volume is attached to another node, and can be attached to one only' },
  { subCause: 'SubPath', pattern: /subPath/, words: 'a sub-path of the volume cannot be prepared' },
  { subCause: 'HostPath', pattern: /hostPath type check failed/, words: 'the path is not on the node, or is something else than the volume says' },
  { subCause: 'DriverNotFound', pattern: /driver name \S+ not found in the list of registered CSI drivers/, words: 'the node has no driver for this volume' },
  { subCause: 'TimedOut', pattern: /timed out|deadline exceeded|unmounted volumes/i, words: 'the volume is not there in time' },
];

interface MountSight extends MatchedMessage {
  readonly reason: string;
}

/** Newest first, but what sums up comes after what says why. */
function mostTelling(pod: KubeObject, notes: readonly Note[]): (Omit<MountSight, 'subCause'> & { readonly subCause?: string }) | undefined {
  const seen = notes.map((note) => ({ note, match: matchMessage(note.message, PATTERNS, pod) }));
  const best = seen.find(({ match }) => match && match.subCause !== 'TimedOut') ?? seen.find(({ match }) => match);
  if (!best?.match) return notes[0] && { reason: notes[0].reason, message: 'the volume cannot be mounted' };
  const { match, note } = best;
  const volume = /for volume "([^"]+)"/.exec(note.message)?.[1];
  const cause = match.cause ?? sourceOf(pod, volume, match.subCause);
  return { ...match, reason: note.reason, message: volume === undefined || match.subCause === 'MultiAttach' ? match.message : `volume ${volume}: ${match.message}`, ...(cause ? { cause } : {}) };
}

interface VolumeView {
  readonly name?: string;
  readonly configMap?: { readonly name?: string };
  readonly secret?: { readonly secretName?: string };
  readonly persistentVolumeClaim?: { readonly claimName?: string };
}

/** What the pod's volume of that name points at. A claim's volume shows under the name of its PersistentVolume, so a pod with one claim must mean that one. */
function sourceOf(pod: KubeObject, name: string | undefined, subCause: string): ObjectRef | undefined {
  const volumes = (pod['spec'] as { readonly volumes?: readonly VolumeView[] } | undefined)?.volumes ?? [];
  const claims = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  const volume = volumes.find((one) => one.name === name);
  const { configMap, secret, persistentVolumeClaim } = volume ?? {};
  if (configMap?.name !== undefined) return namedObject('ConfigMap', configMap.name, pod);
  if (secret?.secretName !== undefined) return namedObject('Secret', secret.secretName, pod);
  const claim = persistentVolumeClaim?.claimName ?? (subCause === 'MultiAttach' && claims.length === 1 ? claims[0] : undefined);
  return claim === undefined ? undefined : namedObject('PersistentVolumeClaim', claim, pod);
}
