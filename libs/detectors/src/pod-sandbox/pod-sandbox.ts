import { seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { isBeingCreated } from '../containers.ts';
import { EVENT_READ, notesAbout } from '../events.ts';
import { matchMessage, type MessagePattern } from '../message-pattern.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A pod that its node cannot make room for: no runtime, or no network. */
export const podSandbox: Detector = {
  kind: 'pod-sandbox',
  classes: ['FailedCreatePodSandBox'],
  reads: [...POD_AND_OWNER_READS, EVENT_READ],
  inspects: ['Pod'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect(object, world) {
    if (!isBeingCreated(object)) return [];
    const note = notesAbout(object, world).find(({ reason }) => reason === 'FailedCreatePodSandBox');
    if (!note) return [];
    const match = matchMessage(note.message, PATTERNS, object);
    return findingOf(object, undefined, world, { class: 'FailedCreatePodSandBox', subCause: match?.subCause, reason: note.reason, message: match?.message ?? 'the pod sandbox cannot be created' });
  },
};

/** Source of the texts: containerd's sandbox creation and the common network plugins. */
const PATTERNS: readonly MessagePattern[] = [
  { subCause: 'RuntimeHandler', pattern: /no runtime for "[^"]*" is configured/ },
  { subCause: 'RuntimeHandler', pattern: /(?:unknown|failed to find) runtime handler \S+/i },
  { subCause: 'RuntimeHandler', pattern: /RuntimeClass(?:es)?(?:\.node\.k8s\.io)? "[^"]*" not found/i },
  { subCause: 'AddressesExhausted', pattern: /no (?:IP addresses|available IP|more IPs)|no addresses available|IP (?:pool|address).*exhaust|failed to allocate for range|failed to assign an IP/i, words: 'the network has no address left' },
  { subCause: 'Network', pattern: /cni|network (?:plugin|for sandbox)/i, words: 'the network of the pod cannot be set up' },
];
