import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers } from '../containers.ts';
import { matchMessage, type MessagePattern } from '../message-pattern.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** `PreCreateHookError` and `PreStartHookError` are the kubelet's own hooks (devices, topology), not the manifest's. */
const REASONS = ['CreateContainerError', 'PreCreateHookError', 'PreStartHookError'];

/** A container that the runtime refuses to create. */
export const containerCreate: Detector = {
  kind: 'container-create',
  classes: ['CreateContainerError'],
  reads: POD_AND_OWNER_READS,
  inspects: ['Pod'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const { reason = '', message = '' } = container.state?.waiting ?? {};
      if (!REASONS.includes(reason)) return [];
      const match = reason === 'CreateContainerError' ? matchMessage(message, PATTERNS, object) : { subCause: 'NodeHook', message: 'a hook of the kubelet for devices or topology fails' };
      return findingOf(object, container, world, { class: 'CreateContainerError', subCause: match?.subCause, reason, message: match?.message ?? 'the runtime cannot create the container' });
    }),
};

/** Source of the texts: containerd's and CRI-O's container creation. */
const PATTERNS: readonly MessagePattern[] = [
  { subCause: 'NoCommand', pattern: /no command specified/i, words: 'no command specified: neither the container nor its image has one' },
  { subCause: 'UserNotFound', pattern: /no users found|unable to find user \S+|no matching entries in (?:passwd|group) file/i, words: 'the user or group that the container runs as is not in the image' },
  { subCause: 'MountPath', pattern: /not a directory|failed to mkdir|is not an absolute path|mount path .*(?:invalid|must be absolute)|failed to (?:prepare|create) subPath/i, words: 'a mount does not fit the file system of the image' },
  { subCause: 'Device', pattern: /\bdevice\b.*(?:not found|no such)|no such device/i, words: 'a device that the container asks for is not on its node' },
  // The first try runs out of time; those after it find the name taken by the first.
  { subCause: 'RuntimeTimeout', pattern: /context deadline exceeded|is reserved for|name .* is in use/i, words: 'the runtime does not answer in time' },
];
