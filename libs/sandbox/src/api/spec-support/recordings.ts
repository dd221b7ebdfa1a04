import { readFileSync } from 'node:fs';
import { isObject, type Json } from '../json.ts';

/** One request of kubectl and its answer, as the lab recorded them. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly status: number;
  readonly response?: unknown;
}

export interface RecordedCommand {
  readonly command: string;
  readonly exchanges: readonly Exchange[];
}

/** The committed recording: real kubectl against the sandbox, whose printed outputs the lab holds against a real API server. */
export function readRecordings(): readonly RecordedCommand[] {
  return JSON.parse(readFileSync(new URL('../../../recordings/kubectl.json', import.meta.url), 'utf8')) as readonly RecordedCommand[];
}

/** Names and ids of the recording → those of this run, learned from answers that correspond. */
export function createTranslation() {
  const known = new Map<string, string>();
  const learn = (recorded: unknown, actual: unknown): void => {
    if (Array.isArray(recorded) && Array.isArray(actual)) return recorded.forEach((item, index) => learn(item, actual[index]));
    if (!isObject(recorded) || !isObject(actual)) return;
    for (const [key, value] of Object.entries(recorded)) {
      const now = actual[key];
      if (typeof value === 'string' && typeof now === 'string' && value !== now && IDENTITIES.has(key)) known.set(value, now);
      else learn(value, now);
    }
  };
  /** Names wherever they stand; numbers only where they are a resourceVersion. */
  const translate = (text: string): string =>
    text.replace(/(resourceVersion":"|\/metadata\/resourceVersion","value":")(\d+)"/g, (_whole, before: string, version: string) => `${before}${known.get(version) ?? version}"`).replace(/[A-Za-z0-9][\w.-]*[A-Za-z][\w.-]*/g, (word) => known.get(word) ?? word);
  return { learn, translate };
}

const IDENTITIES = new Set(['name', 'uid', 'resourceVersion', 'continue', 'pod-template-hash']);
const VOLATILE = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'time', 'lastTransitionTime', 'lastUpdateTime', 'lastProbeTime', 'lastHeartbeatTime', 'startTime', 'startedAt', 'finishedAt', 'firstTimestamp', 'lastTimestamp', 'eventTime', 'deletionTimestamp', 'managedFields', 'metadata.resourceVersion', 'name', 'generateName', 'clusterIP', 'clusterIPs', 'addresses', 'podIP', 'podIPs', 'hostIP', 'hostIPs', 'containerID', 'imageID', 'ca.crt']);

/** An answer without what differs from run to run. */
export function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value === 'string') return value.replace(/kube-api-access-\w{5}/g, 'kube-api-access').replace(/-[0-9a-f]{8,10}(-\w{5})?\b/g, '-hash');
  if (!isObject(value)) return value;
  const result: Json = {};
  for (const [key, member] of Object.entries(value)) if (!VOLATILE.has(key)) result[key] = key.includes('hash') ? 'hash' : stable(member);
  return result;
}
