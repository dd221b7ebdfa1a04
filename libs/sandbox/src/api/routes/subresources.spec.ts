import { describe, expect, it } from 'vitest';
import { StatusError } from '../../objects.ts';
import { at, type Json } from '../json.ts';
import { deployment, DEPLOYMENTS, PODS, pod, testApi } from '../spec-support/test-api.ts';
import type { LogRequest, PodLogs } from './pod-logs.ts';

const MERGE = 'application/merge-patch+json';

describe('scale', () => {
  it('shows and sets replicas', async () => {
    const { call, objects } = testApi();
    await call('POST', DEPLOYMENTS, { body: deployment('web') });
    const { body } = await call('GET', `${DEPLOYMENTS}/web/scale`);
    expect(body).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 }, status: { replicas: 0, selector: 'app=web' } });
    await call('PATCH', `${DEPLOYMENTS}/web/scale`, { body: { spec: { replicas: 4 } }, contentType: MERGE });
    expect(at(objects.get('apps/v1', 'Deployment', 'default', 'web'), 'spec', 'replicas')).toBe(4);
    expect((await call('PUT', `${DEPLOYMENTS}/web/scale`, { body: { ...body, spec: { replicas: 2 } } })).status).toBe(409);
  });
});

describe('binding', () => {
  it('puts a pod on a node once', async () => {
    const { call, objects } = testApi();
    await call('POST', PODS, { body: pod('p') });
    const bind = (name: string) => call('POST', `${PODS}/p/binding`, { body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name } } });
    expect((await bind('n1')).status).toBe(201);
    expect(objects.get('v1', 'Pod', 'default', 'p')).toMatchObject({ metadata: { generation: 1 }, spec: { nodeName: 'n1' } });
    expect((await bind('n2')).status).toBe(409);
  });
});

describe('eviction', () => {
  it('respects a disruption budget that has nothing to spare', async () => {
    const { call, objects } = testApi();
    await call('POST', PODS, { body: pod('p') });
    await call('PATCH', `${PODS}/p/status`, { body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, contentType: MERGE });
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    await call('POST', budgets, { body: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'p' } } } } });
    const evict = () => call('POST', `${PODS}/p/eviction`, { body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } } });
    expect([(await evict()).status, (await evict()).body['message']]).toEqual([429, "Cannot evict pod as it would violate the pod's disruption budget."]);
    await call('PATCH', `${budgets}/b/status`, { body: { status: { disruptionsAllowed: 1 } }, contentType: MERGE });
    expect((await evict()).status).toBe(201);
    expect(objects.get('v1', 'Pod', 'default', 'p')).toBeUndefined();
  });
});

describe('logs', () => {
  async function withLogs(logs: PodLogs, spec: Json = {}) {
    const api = testApi({ logs });
    await api.call('POST', PODS, { body: pod('p', {}, { nodeName: 'n1', ...spec }) });
    return api;
  }

  it('pass on what is asked, and stream what comes', async () => {
    let asked: LogRequest | undefined;
    const { call } = await withLogs(async function* logs(request) {
      asked = request;
      yield 'one\n';
      yield 'two\n';
    });
    expect((await call('GET', `${PODS}/p/log?previous=true&tailLines=5&timestamps=true`)).text).toBe('one\ntwo\n');
    expect(asked).toMatchObject({ container: 'app', previous: true, tailLines: 5, timestamps: true, follow: false });
  });

  it("give the kubelet's refusal as a status", async () => {
    const { call } = await withLogs(async function* logs() {
      yield* [];
      throw new StatusError(400, 'BadRequest', 'previous terminated container "app" in pod "p" not found');
    });
    const { status, body } = await call('GET', `${PODS}/p/log?previous=true`);
    expect([status, body['message']]).toEqual([400, 'previous terminated container "app" in pod "p" not found']);
  });

  it('ask which container is meant', async () => {
    const { call } = await withLogs(async function* none() { yield ''; }, { containers: [{ name: 'app', image: 'x:1' }, { name: 'side', image: 'y:1' }] });
    expect((await call('GET', `${PODS}/p/log`)).body['message']).toBe('a container name must be specified for pod p, choose one of: [app side]');
    expect((await call('GET', `${PODS}/p/log?container=nope`)).body['message']).toBe('container nope is not valid for pod p');
  });
});
