import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { troubledContainers, type ContainerStatus } from '../containers.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';
import { pullTroubleOf, pullTroubles } from './pull-trouble.ts';

const REASONS = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'];

/** A container whose image cannot be pulled, tried more than once. */
export const imagePull: Detector = {
  kind: 'image-pull',
  classes: ['ImagePullBackOff'],
  reads: [...POD_AND_OWNER_READS, { apiVersion: 'v1', kind: 'Event', resource: 'events', fields: ['involvedObject', 'reason', 'message', 'count', 'firstTimestamp', 'lastTimestamp', 'eventTime', 'series', 'type', 'source.component'] }],
  inspects: ['Pod'],
  // The kubelet tries again after 10 and after 20 seconds: what lasts this long has been backed off twice.
  dwell: { time: seconds(30) },
  explainedBy: [],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const reason = container.state?.waiting?.reason;
      if (reason === undefined || !REASONS.includes(reason)) return [];
      const subCause = reason === 'InvalidImageName' ? 'InvalidName' : troubleOf(object, container, world);
      // `ErrImagePull` and `ImagePullBackOff` alternate and say different things; what is said here does not change with them.
      return findingOf(object, container, world, { class: 'ImagePullBackOff', subCause, reason, message: subCause ? pullTroubles[subCause].words : 'the image cannot be pulled' });
    }),
};

/** The status first, where the kubelet repeats the registry's answer; then the event about the last try. */
function troubleOf(pod: KubeObject, container: ContainerStatus, world: World) {
  const fromStatus = pullTroubleOf(container.state?.waiting?.message ?? '');
  if (fromStatus) return fromStatus;
  const wanted = `Failed to pull image "${container.image ?? ''}"`;
  const event = world.events(pod).find((candidate) => candidate['reason'] === 'Failed' && String(candidate['message'] ?? '').startsWith(wanted));
  return event && pullTroubleOf(String(event['message']).slice(wanted.length));
}
