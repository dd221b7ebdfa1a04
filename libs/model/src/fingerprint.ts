import { digestOf } from '@fleetmend/kernel';
import type { Finding } from './finding.ts';
import { groupOf } from './object.ts';

const VERSION = 2;

/**
 * The identity of a symptom: the same cause in the same place has the same fingerprint, whatever pod, node, time or
 * restart count it shows. Never built from the transient reason, because one fault alternates between several.
 */
export function fingerprintOf(cluster: string, finding: Finding): string {
  return fingerprintIn(cluster, sharedFingerprintOf(finding));
}

/** The identity of what fails alike in several clusters, in one of them. */
export function fingerprintIn(cluster: string, shared: string): string {
  return digestOf([VERSION, cluster, shared]);
}

/** The same without the cluster: what clusters that apply the same file have in common when it is broken. */
export function sharedFingerprintOf(finding: Finding): string {
  const { target, observation } = finding;
  return digestOf([
    VERSION,
    target.namespace ?? '',
    `${groupOf(target.apiVersion)}/${target.kind}/${target.name}`,
    target.container ?? '',
    finding.class,
    ONE_FAILURE.has(finding.class) ? '' : (finding.subCause ?? ''),
    SAID_BY_CLASS.has(finding.class) ? '' : exitBucket(observation.exitCode),
    SAID_BY_CLASS.has(finding.class) ? '' : messageTemplate(observation.message, target.name),
  ]);
}

/** A pod that finds no place finds none for other reasons as other pods and nodes come and go: it stays one failure. */
const ONE_FAILURE: ReadonlySet<string> = new Set(['Unschedulable', 'NodeNotReady']);
/**
 * Classes of which neither exit code nor message says more than the class. The kernel kills now the main process, now a child; the words of
 * schedulers and provisioners count nodes and name volumes.
 */
const SAID_BY_CLASS: ReadonlySet<string> = new Set(['OOMKilled', ...ONE_FAILURE, 'PersistentVolumeClaimPending', 'VolumeResizeFailed']);

/** Exit codes that mean the same to a repair share a bucket. */
function exitBucket(code: number | undefined): string {
  if (code === undefined) return '';
  if (code === 0) return 'zero';
  if (code === 126 || code === 127 || code === 128) return 'start';
  if (code > 128) return `signal-${code - 128}`;
  return 'error';
}

/** The message without what differs from one occurrence to the next: ids, digests, addresses, numbers, names. */
export function messageTemplate(message: string, ownerName: string): string {
  return message
    .replaceAll(ownerName, '<name>')
    .replace(/<name>(-[a-z0-9]{5,10}){1,2}(?![a-z0-9-])/g, '<pod>')
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<uuid>')
    .replace(/\bsha256:[0-9a-f]{8,64}\b/gi, '<digest>')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>')
    .replace(/\b0x[0-9a-f]+\b|\b[0-9a-f]{12,}\b/gi, '<hex>')
    .replace(/\d+/g, '<n>')
    .slice(0, 256);
}
