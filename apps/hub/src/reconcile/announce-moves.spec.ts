import type { RemediationRequest } from '@fleetmend/model';
import { createHubMetrics } from '@fleetmend/telemetry';
import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { announceMoves, tell } from './announce-moves.ts';

const request: RemediationRequest = {
  apiVersion: 'fleetmend.dev/v1alpha1',
  kind: 'RemediationRequest',
  metadata: { name: 'rr-1', namespace: 'shop-team', uid: 'u', resourceVersion: '7', creationTimestamp: '2026-01-05T09:00:00Z' },
  spec: { clusters: ['prod-1'], scope: 'Workload', cancel: false, failure: { class: 'OOMKilled', message: 'killed', fingerprint: `sha256:${'0'.repeat(64)}` } },
  status: { phase: 'Succeeded', attempt: 1, phaseSince: '2026-01-05T09:10:00Z', clocks: { Verifying: 11_000 }, occurrences: { count: 3, firstSeen: '2026-01-05T08:59:00Z', lastSeen: '2026-01-05T09:00:00Z', samples: [] } },
};
const move = { from: 'Verifying', to: 'Succeeded', reason: 'Healthy' } as const;

const announced = async (notify: () => Promise<void> = async () => {}) => {
  const clock = new VirtualClock();
  const metrics = createHubMetrics({ clock, processMetrics: false });
  const steps: string[] = [];
  const keys: string[] = [];
  const warnings: string[] = [];
  const notifier = { kind: 'test', announce: async ({ key }: { readonly key: string }) => void (keys.push(key), await notify()), escalate: async () => undefined, closeTicket: async () => {} };
  const tellAll = announceMoves({ clock, metrics, audit: { record: async ({ step }) => void steps.push(step) }, notifiers: [notifier], log: { info: () => {}, warn: (_fields, message) => warnings.push(message) } });
  tellAll(request, move);
  tellAll(request, move);
  await new Promise((resolve) => setImmediate(resolve));
  return { text: (await metrics.render()).text, steps, keys, warnings };
};

it('counts, records and announces a move', async () => {
  const { text, steps } = await announced();
  expect(text).toContain('fleetmend_requests_total{cluster="prod-1",class="OOMKilled",outcome="Succeeded"}');
  expect(steps).toEqual(['move', 'move']);
});

it('gives the same move the same key, so that no channel says it twice', async () => {
  const { keys } = await announced();
  expect(new Set(keys).size).toBe(1);
});

it('survives a channel that is broken, and says so in the log', async () => {
  const { warnings } = await announced(() => Promise.reject(new Error('no network')));
  expect(warnings).toEqual(['a move was not announced', 'a move was not announced']);
});

it.each([
  ['the edit, when it is planned', { phase: 'Proposed', plan: { changes: [{ file: 'apps/web.yaml', path: 'x', before: '64Mi', after: '128Mi' }] } }, 'apps/web.yaml: 64Mi → 128Mi'],
  ['why, when a human has to look', { phase: 'Escalated', diagnosis: { abstain: { reason: 'QuotaExhausted', lookAt: 'the quota is full' } } }, 'the quota is full'],
])('tells %s', (_name, status, text) => {
  expect(tell({ status: status as unknown as RemediationRequest['status'] })).toBe(text);
});
