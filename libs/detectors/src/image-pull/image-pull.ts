import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { troubledContainers, type ContainerStatus } from '../containers.ts';
import { EVENT_READ, notesAbout } from '../events.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';
import { pullTroubleOf, pullTroubles, type PullTrouble } from './pull-trouble.ts';

/** What the kubelet says before it tries to pull, and what it means; undefined: the message says it. */
const REASONS: Readonly<Record<string, PullTrouble | undefined>> = {
  ErrImagePull: undefined,
  ImagePullBackOff: undefined,
  ImageInspectError: undefined,
  InvalidImageName: 'InvalidName',
  ErrImageNeverPull: 'NeverPull',
  RegistryUnavailable: 'Unreachable',
  SignatureValidationFailed: 'SignatureInvalid',
};

/** A container whose image cannot be pulled, tried more than once. */
export const imagePull: Detector = {
  kind: 'image-pull',
  classes: ['ImagePullBackOff'],
  reads: [...POD_AND_OWNER_READS, EVENT_READ],
  inspects: ['Pod'],
  // The kubelet tries again after 10 and after 20 seconds: what lasts this long has been backed off twice.
  dwell: { time: seconds(30) },
  explainedBy: [],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const reason = container.state?.waiting?.reason;
      if (reason === undefined || !Object.hasOwn(REASONS, reason)) return [];
      const subCause = REASONS[reason] ?? troubleOf(object, container, world);
      // `ErrImagePull` and `ImagePullBackOff` alternate and say different things; what is said here does not change with them.
      return findingOf(object, container, world, { class: 'ImagePullBackOff', subCause, reason, message: subCause ? pullTroubles[subCause].words : 'the image cannot be pulled' });
    }),
};

/** The status first, where the kubelet repeats the registry's answer; then the event about the last try. */
function troubleOf(pod: KubeObject, container: ContainerStatus, world: World) {
  const fromStatus = pullTroubleOf(container.state?.waiting?.message ?? '');
  if (fromStatus) return fromStatus;
  const wanted = `Failed to pull image "${container.image ?? ''}"`;
  const note = notesAbout(pod, world).find(({ reason, message }) => reason === 'Failed' && message.startsWith(wanted));
  return note && pullTroubleOf(note.message.slice(wanted.length));
}
