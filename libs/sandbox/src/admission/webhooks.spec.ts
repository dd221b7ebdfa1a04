import { describe, expect, it } from 'vitest';
import type { Json } from '../api/json.ts';
import { pod, testApi } from '../api/spec-support/test-api.ts';

const SHOP = '/api/v1/namespaces/shop';
const webhook = (more: Json = {}): Json => ({
  name: 'guard.example.org', admissionReviewVersions: ['v1'], sideEffects: 'None',
  clientConfig: { service: { namespace: 'shop', name: 'guard', path: '/validate' } },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  ...more,
});
const CALLED = 'Internal error occurred: failed calling webhook "guard.example.org": failed to call webhook: ';

async function guarded(hook: Json, kind = 'Validating') {
  const api = testApi();
  await api.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'shop' } } } });
  const made = await api.call('POST', `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`, { body: { apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}WebhookConfiguration`, metadata: { name: 'guard' }, webhooks: [hook] } });
  expect(made.status).toBe(201);
  return { ...api, made, create: () => api.call('POST', `${SHOP}/pods`, { body: pod('a') }) };
}

describe('an admission webhook', () => {
  it.each(['Validating', 'Mutating'])('whose Service does not exist refuses what it covers (%s)', async (kind) => {
    const { create } = await guarded(webhook(), kind);
    const { status, body } = await create();
    expect(status).toBe(500);
    expect(body['message']).toBe(`${CALLED}Post "https://guard.shop.svc:443/validate?timeout=10s": service "guard" not found`);
  });

  it('whose Service has nobody behind it is refused a connection', async () => {
    const { create, call } = await guarded(webhook());
    await call('POST', `${SHOP}/services`, { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'guard' }, spec: { selector: { app: 'guard' }, ports: [{ port: 443 }] } } });
    expect((await create()).body['message']).toMatch(/^Internal error occurred: failed calling webhook "guard\.example\.org": failed to call webhook: Post "https:\/\/guard\.shop\.svc:443\/validate\?timeout=10s": dial tcp [\d.]+:443: connect: connection refused$/);
  });

  it.each<[string, Json]>([
    ['may fail', { failurePolicy: 'Ignore' }],
    ['is about other objects', { rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['deployments'] }] }],
    ['is about other namespaces', { namespaceSelector: { matchLabels: { team: 'bank' } } }],
  ])('that %s lets a pod pass', async (_what, more) => {
    expect((await (await guarded(webhook(more))).create()).status).toBe(201);
  });

  it('gets the defaults of the API', async () => {
    const { made } = await guarded(webhook());
    expect((made.body['webhooks'] as readonly Json[])[0]).toMatchObject({ failurePolicy: 'Fail', matchPolicy: 'Equivalent', timeoutSeconds: 10, clientConfig: { service: { port: 443 } }, rules: [{ scope: '*' }] });
  });
});
