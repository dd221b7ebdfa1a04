import { describe, expect, it } from 'vitest';
import { at } from './json.ts';
import { CONFIG_MAPS, configMap, deployment, DEPLOYMENTS, PODS, pod, testApi } from './spec-support/test-api.ts';

describe('creating', () => {
  it('stamps uid, time and revision, and answers 201', async () => {
    const { call } = testApi();
    const { status, body } = await call('POST', CONFIG_MAPS, { body: configMap('a', { k: 'v' }) });
    expect(status).toBe(201);
    expect(at(body, 'metadata', 'uid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(at(body, 'metadata', 'creationTimestamp')).toBe('2026-01-05T09:00:00Z');
    expect(Number(at(body, 'metadata', 'resourceVersion'))).toBeGreaterThan(0);
  });

  it('repeats itself from the same seed', async () => {
    const uid = async () => at((await testApi().call('POST', CONFIG_MAPS, { body: configMap('a') })).body, 'metadata', 'uid');
    expect(await uid()).toBe(await uid());
  });

  it('makes a name from generateName', async () => {
    const { call } = testApi();
    const { body } = await call('POST', CONFIG_MAPS, { body: { ...configMap('x'), metadata: { generateName: 'job-' } } });
    expect(at(body, 'metadata', 'name')).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it.each([
    ['a name twice', CONFIG_MAPS, configMap('kube-root-ca.crt'), 409, 'configmaps "kube-root-ca.crt" already exists'],
    ['a namespace that is not there', '/api/v1/namespaces/nowhere/configmaps', configMap('a'), 404, 'namespaces "nowhere" not found'],
    ['another namespace than the path says', CONFIG_MAPS, { ...configMap('a'), metadata: { name: 'a', namespace: 'kube-system' } }, 400, 'the namespace of the provided object does not match the namespace sent on the request'],
    ['no name', CONFIG_MAPS, { ...configMap('a'), metadata: {} }, 422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
    ['another version', CONFIG_MAPS, { ...configMap('a'), apiVersion: 'v2' }, 400, 'the API version in the data (v2) does not match the expected API version (v1)'],
  ])('refuses %s', async (_what, path, body, status, message) => {
    const { call } = testApi();
    const answer = await call('POST', path, { body });
    expect(answer.status).toBe(status);
    expect(answer.body['message']).toBe(message);
    expect(answer.body['kind']).toBe('Status');
  });

  it('refuses, warns of or drops unknown fields, as asked', async () => {
    const { call } = testApi();
    const body = deployment('web', { replica: 3 });
    const strict = await call('POST', `${DEPLOYMENTS}?fieldValidation=Strict`, { body });
    expect([strict.status, strict.body['message']]).toEqual([400, 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"']);
    const warned = await call('POST', `${DEPLOYMENTS}?fieldValidation=Warn`, { body });
    expect(warned.warnings).toEqual(['unknown field "spec.replica"']);
    expect(at(warned.body, 'spec', 'replica')).toBeUndefined();
  });

  it('names the field of a wrong type', async () => {
    const { call } = testApi();
    const { status, body } = await call('POST', DEPLOYMENTS, { body: deployment('web', { replicas: 'three' }) });
    expect(status).toBe(400);
    expect(body['message']).toBe('Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32');
  });

  it('stores nothing on a dry run', async () => {
    const { call, objects } = testApi();
    const { status } = await call('POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMap('a') });
    expect(status).toBe(201);
    expect(objects.get('v1', 'ConfigMap', 'default', 'a')).toBeUndefined();
  });
});

describe('updating', () => {
  it('refuses a stale resourceVersion', async () => {
    const { call } = testApi();
    const { body } = await call('POST', CONFIG_MAPS, { body: configMap('a') });
    await call('PUT', `${CONFIG_MAPS}/a`, { body: { ...body, data: { k: '1' } } });
    const stale = await call('PUT', `${CONFIG_MAPS}/a`, { body: { ...body, data: { k: '2' } } });
    expect(stale.status).toBe(409);
    expect(stale.body['message']).toBe('Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again');
  });

  it('counts generations of spec, not of labels or status', async () => {
    const { call, objects } = testApi();
    await call('POST', DEPLOYMENTS, { body: deployment('web') });
    const generation = () => objects.get('apps/v1', 'Deployment', 'default', 'web')?.metadata.generation;
    await call('PATCH', `${DEPLOYMENTS}/web`, { body: { metadata: { labels: { a: 'b' } } }, contentType: 'application/merge-patch+json' });
    await call('PATCH', `${DEPLOYMENTS}/web/status`, { body: { status: { replicas: 1 } }, contentType: 'application/merge-patch+json' });
    expect(generation()).toBe(1);
    await call('PATCH', `${DEPLOYMENTS}/web`, { body: { spec: { replicas: 2 } }, contentType: 'application/merge-patch+json' });
    expect(generation()).toBe(2);
  });

  it('keeps status and spec apart', async () => {
    const { objects } = testApi();
    const made = objects.create({ ...deployment('web'), metadata: { name: 'web', namespace: 'default' } } as never, { manager: 'test' });
    objects.updateStatus({ ...(made as object), spec: { replicas: 9 }, status: { replicas: 1 } } as never, { manager: 'test' });
    const after = objects.update({ ...(made as object), metadata: { name: 'web', namespace: 'default' }, status: { replicas: 7 } } as never, { manager: 'test' });
    expect(at(after, 'spec', 'replicas')).toBe(1);
    expect(at(after, 'status', 'replicas')).toBe(1);
  });

  it('writes nothing when nothing changes', () => {
    const { objects } = testApi();
    const made = objects.create({ ...configMap('a', { k: 'v' }), metadata: { name: 'a', namespace: 'default' } } as never, { manager: 'test' });
    const again = objects.update(made, { manager: 'another' });
    expect(again).toEqual(made);
  });

  it('lets no pod change what may not change', async () => {
    const { call } = testApi();
    await call('POST', PODS, { body: pod('p') });
    const renamed = await call('PATCH', `${PODS}/p`, { body: [{ op: 'replace', path: '/spec/containers/0/name', value: 'other' }], contentType: 'application/json-patch+json' });
    expect(renamed.status).toBe(422);
    expect(renamed.body['message']).toContain('spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`');
    const image = await call('PATCH', `${PODS}/p`, { body: [{ op: 'replace', path: '/spec/containers/0/image', value: 'web:2' }], contentType: 'application/json-patch+json' });
    expect(image.status).toBe(200);
  });
});

describe('deleting', () => {
  it('answers with a status that names what went', async () => {
    const { call } = testApi();
    await call('POST', CONFIG_MAPS, { body: configMap('a') });
    const { status, body } = await call('DELETE', `${CONFIG_MAPS}/a`);
    expect([status, body['status'], at(body, 'details', 'kind')]).toEqual([200, 'Success', 'configmaps']);
    expect((await call('GET', `${CONFIG_MAPS}/a`)).body['message']).toBe('configmaps "a" not found');
  });

  it('waits for finalizers', async () => {
    const { call, objects } = testApi();
    await call('POST', CONFIG_MAPS, { body: { ...configMap('a'), metadata: { name: 'a', finalizers: ['fleetmend.dev/hold'] } } });
    await call('DELETE', `${CONFIG_MAPS}/a`);
    expect(objects.get('v1', 'ConfigMap', 'default', 'a')?.metadata.deletionTimestamp).toBe('2026-01-05T09:00:00Z');
    await call('PATCH', `${CONFIG_MAPS}/a`, { body: { metadata: { finalizers: null } }, contentType: 'application/merge-patch+json' });
    expect(objects.get('v1', 'ConfigMap', 'default', 'a')).toBeUndefined();
  });

  it('gives a running pod its grace period, and takes it at once when told to', async () => {
    const { call, objects } = testApi();
    await call('POST', PODS, { body: pod('p', {}, { nodeName: 'n1' }) });
    await call('DELETE', `${PODS}/p`);
    expect(objects.get('v1', 'Pod', 'default', 'p')?.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, deletionTimestamp: '2026-01-05T09:00:30Z' });
    await call('DELETE', `${PODS}/p`, { body: { gracePeriodSeconds: 0 } });
    expect(objects.get('v1', 'Pod', 'default', 'p')).toBeUndefined();
  });

  it('checks the uid that it is given', async () => {
    const { call } = testApi();
    await call('POST', CONFIG_MAPS, { body: configMap('a') });
    const { status } = await call('DELETE', `${CONFIG_MAPS}/a`, { body: { preconditions: { uid: 'another' } } });
    expect(status).toBe(409);
  });

  it('deletes a selection', async () => {
    const { call, objects } = testApi();
    for (const name of ['a', 'b']) await call('POST', CONFIG_MAPS, { body: { ...configMap(name), metadata: { name, labels: { tier: name } } } });
    await call('DELETE', `${CONFIG_MAPS}?labelSelector=tier%3Da`);
    expect(objects.list('v1', 'ConfigMap', { namespace: 'default' }).map(({ metadata }) => metadata.name)).toEqual(['b', 'kube-root-ca.crt']);
  });
});
