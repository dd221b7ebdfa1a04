import type { KubeObject } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { tellingPod } from './telling-pod.ts';

function pod(name: string, minute: number, status: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', creationTimestamp: `2026-01-05T09:0${minute}:00Z` }, status: { containerStatuses: [{ name: 'app', ...status }, { name: 'side', ready: true }] } };
}
const well = pod('well', 1, { ready: true, restartCount: 0, state: { running: {} } });
const older = pod('older', 2, { ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } });
const newer = pod('newer', 3, { ready: false, restartCount: 1, state: { running: {} } });

it.each<[string, readonly KubeObject[], string | undefined, string | undefined, string | undefined]>([
  ['the pod in which the failure was seen', [well, older, newer], 'older', 'app', 'older'],
  ['the newest that fails, where that one is gone', [well, older, newer], 'gone', 'app', 'newer'],
  ['any at all, where the container fails in none', [well, older], 'gone', 'side', 'well'],
  ['one that fails in any container, where none is named', [well, older], undefined, undefined, 'older'],
  ['none of none', [], 'gone', 'app', undefined],
])('most is said by %s', (_what, pods, seen, container, expected) => {
  expect(tellingPod(pods, seen, container)?.metadata.name).toBe(expected);
});
