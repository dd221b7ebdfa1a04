import type { KubeObject } from '@fleetmend/model';

/** The parts of an engine object's status that do not depend on which world it is in. */
export const comparable = (status: unknown): unknown => {
  const text = JSON.stringify(pick(status))
    .replaceAll(/[0-9a-f]{40}/g, 'COMMIT')
    .replaceAll(/\/[^\s"]*\/kustomization-\d+/g, '/tmp/kustomization-N')
    .replaceAll(/https?:\/\/127\.0\.0\.1:\d+\/[^\s"',]+\.git/g, 'REPOSITORY')
    .replaceAll(/https:\/\/(127\.0\.0\.1:\d+|kubernetes\.default\.svc)/g, 'SERVER')
    // The repo-server says so from the fourth time on.
    .replaceAll('rpc error: code = Unknown desc = Manifest generation error (cached): rpc error', 'rpc error')
    .replaceAll('Manifest generation error (cached): ', '')
    .replaceAll(/\b(after|in|passed in) (\d+h)?(\d+m)?[\d.]+(s|ms|µs)\b/g, '$1 SPAN')
    .replaceAll(/at \d+:\d\d[AP]M/g, 'at TIME')
    // Each world's parser has words of its own for a file that is no YAML.
    .replaceAll(/((?:failed to decode Kubernetes YAML from|Failed to unmarshal) \S+) [^"]*/g, '$1 WORDS')
    .replaceAll(/(failed to unmarshal manifest:)[^"]*/g, '$1 WORDS');
  return JSON.parse(text);
};

const MOVING = ['lastTransitionTime', 'reconciledAt', 'startedAt', 'finishedAt', 'deployedAt', 'deployStartedAt', 'history', 'lastHandledReconcileAt', 'artifact', 'controllerNamespace', 'resourceHealthSource', 'id', 'sourceHydrator'];

/** Without times and places; lists of objects by their names. */
const pick = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(pick).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !MOVING.includes(key)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, pick(item)]));
};

export const statusOf = (object: KubeObject | undefined): unknown => (object as { readonly status?: unknown } | undefined)?.status;
