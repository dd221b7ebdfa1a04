import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers } from '../containers.ts';
import { matchMessage, type MessagePattern } from '../message-pattern.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A container that the kubelet cannot describe to its runtime, because something that it refers to does not fit. */
export const containerConfig: Detector = {
  kind: 'container-config',
  classes: ['CreateContainerConfigError'],
  reads: POD_AND_OWNER_READS,
  inspects: ['Pod'],
  // What a container refers to may come a moment later than the container.
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const { reason, message = '' } = container.state?.waiting ?? {};
      if (reason !== 'CreateContainerConfigError' || TRANSIENT.test(message)) return [];
      const match = matchMessage(message, PATTERNS, object);
      return findingOf(object, container, world, { class: 'CreateContainerConfigError', subCause: match?.subCause, reason, message: match?.message ?? (message || 'the container cannot be configured'), cause: match?.cause });
    }),
};

/** The kubelet has not seen the object yet: its own cache, not the manifest. */
const TRANSIENT = /failed to sync (?:configmap|secret) cache|timed out waiting for the condition|not registered$/i;

/** Source of the texts: the kubelet's makeEnvironmentVariables, verifyRunAsNonRoot and makeMounts. */
const PATTERNS: readonly MessagePattern[] = [
  { subCause: 'ConfigMapKeyNotFound', pattern: /couldn't find key (\S+) in ConfigMap (?:[^/\s]+\/)?(?<name>[^\s/]+)/, names: 'ConfigMap' },
  { subCause: 'SecretKeyNotFound', pattern: /couldn't find key (\S+) in Secret (?:[^/\s]+\/)?(?<name>[^\s/]+)/, names: 'Secret' },
  { subCause: 'ConfigMapNotFound', pattern: /configmaps? "(?<name>[^"]+)" not found/i, names: 'ConfigMap' },
  { subCause: 'SecretNotFound', pattern: /secrets? "(?<name>[^"]+)" not found/i, names: 'Secret' },
  { subCause: 'RunAsRoot', pattern: /runAsUser breaks non-root policy/, words: "container's runAsUser breaks non-root policy" },
  { subCause: 'RunAsRoot', pattern: /runAsNonRoot and image will run as root/, words: 'container has runAsNonRoot and image will run as root' },
  { subCause: 'NonNumericUser', pattern: /runAsNonRoot and image has non-numeric user/, words: 'container has runAsNonRoot and image has non-numeric user, cannot verify user is non-root' },
  { subCause: 'SubPath', pattern: /failed to (?:prepare|create) subPath (?:directory )?for volumeMount "[^"]*" of container "[^"]*"/ },
];
