import type { KubeObject, Phase, RemediationRequest } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { kubernetesEvent } from './kubernetes-event.ts';

const request: RemediationRequest = {
  apiVersion: 'fleetmend.dev/v1alpha1',
  kind: 'RemediationRequest',
  metadata: { name: 'rr-0123456789ab-1', namespace: 'shop-team', uid: 'a1b2', resourceVersion: '7', creationTimestamp: '2026-01-05T09:00:00Z' },
  spec: { clusters: ['prod-1'], scope: 'Workload', cancel: false, failure: { class: 'OOMKilled', message: 'killed', fingerprint: `sha256:${'0'.repeat(64)}` } },
  status: { phase: 'Verifying', attempt: 1 },
};

const told = async (to: Phase, message = 'healthy for 5m') => {
  const events: KubeObject[] = [];
  const clock = { now: () => Date.UTC(2026, 0, 5, 9, 30), sleep: async () => {} };
  const notifier = await kubernetesEvent.create({}, { clock, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} }, writeEvent: async (event) => void events.push(event) });
  await notifier.announce({ request, from: 'Verifying', to, reason: 'Healthy', message, key: 'k' });
  return events[0];
};

it('puts the event on the request, beside it, with the time of now', async () => {
  expect(await told('Succeeded')).toMatchObject({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: 'shop-team', name: expect.stringMatching(/^rr-0123456789ab-1\.[0-9a-f]{16}$/) },
    involvedObject: { apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationRequest', namespace: 'shop-team', name: 'rr-0123456789ab-1', uid: 'a1b2' },
    reason: 'Succeeded',
    message: 'Verifying → Succeeded (Healthy): healthy for 5m',
    lastTimestamp: '2026-01-05T09:30:00Z',
  });
});

it.each([
  ['Normal', 'Succeeded'],
  ['Normal', 'Dismissed'],
  ['Warning', 'Failed'],
  ['Warning', 'Escalated'],
] as const)('is a %s event for a move to %s', async (type, to) => {
  expect((await told(to))?.['type']).toBe(type);
});

it('cuts a text that the API server would refuse', async () => {
  expect(String((await told('Succeeded', 'x'.repeat(5_000)))?.['message'])).toHaveLength(1024);
});
