import { describe, expect, it } from 'vitest';
import { at, type Json, listAt } from '../json.ts';
import { CONFIG_MAPS, configMap, PODS, pod, testApi } from '../spec-support/test-api.ts';

const names = (body: Json) => listAt(body, 'items').map((item) => at(item, 'metadata', 'name'));

describe('listing', () => {
  it('comes in pages that together are the whole', async () => {
    const { call } = testApi();
    for (const name of ['a', 'b', 'c', 'd']) await call('POST', CONFIG_MAPS, { body: configMap(name) });
    const first = await call('GET', `${CONFIG_MAPS}?limit=2`);
    expect([names(first.body), at(first.body, 'metadata', 'remainingItemCount')]).toEqual([['a', 'b'], 3]);
    const token = String(at(first.body, 'metadata', 'continue'));
    const rest = await call('GET', `${CONFIG_MAPS}?limit=10&continue=${token}`);
    expect([names(rest.body), at(rest.body, 'metadata', 'continue')]).toEqual([['c', 'd', 'kube-root-ca.crt'], undefined]);
  });

  it.each([
    ['labelSelector=app%3Dweb', ['web-0', 'web-1']],
    ['labelSelector=app!%3Dweb', ['db-0']],
    ['labelSelector=app%20in%20(db,cache)', ['db-0']],
    ['labelSelector=tier', ['web-1']],
    ['labelSelector=!tier,app%3Dweb', ['web-0']],
    ['fieldSelector=metadata.name%3Dweb-1', ['web-1']],
    ['fieldSelector=spec.nodeName%3Dn1', ['db-0']],
    ['fieldSelector=status.phase!%3DPending', []],
    ['labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3Dn1', []],
  ])('with %s finds %j', async (query, found) => {
    const { call } = testApi();
    for (const [name, labels, spec] of [['web-0', { app: 'web' }, {}], ['web-1', { app: 'web', tier: 'front' }, {}], ['db-0', { app: 'db' }, { nodeName: 'n1' }]] as const) {
      await call('POST', PODS, { body: { ...pod(name, {}, spec), metadata: { name, labels } } });
    }
    expect(names((await call('GET', `${PODS}?${query}`)).body)).toEqual(found);
  });

  it('refuses a field that nobody can select by', async () => {
    const { call } = testApi();
    expect((await call('GET', `${PODS}?fieldSelector=spec.colour%3Dred`)).body['message']).toBe('field label not supported: spec.colour');
    expect((await call('GET', `${CONFIG_MAPS}?fieldSelector=data.k%3Dv`)).body['message']).toBe('"data.k" is not a known field selector: only "metadata.name", "metadata.namespace"');
  });

  it('does not pretend to know a later state than it has', async () => {
    const { call } = testApi();
    const { status, body } = await call('GET', `${CONFIG_MAPS}?resourceVersion=999999`);
    expect([status, body['reason']]).toEqual([504, 'Timeout']);
  });

  it('shows one Event under both of its APIs', async () => {
    const { call } = testApi();
    const event = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e' }, regarding: { kind: 'Pod', name: 'p', namespace: 'default' }, note: 'Back-off', reason: 'BackOff', type: 'Warning', reportingController: 'kubelet' };
    await call('POST', '/apis/events.k8s.io/v1/namespaces/default/events', { body: event });
    const { body } = await call('GET', '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp,type%3DWarning');
    expect(listAt(body, 'items')[0]).toMatchObject({ message: 'Back-off', reportingComponent: 'kubelet', involvedObject: { name: 'p' } });
    expect((await call('GET', '/apis/events.k8s.io/v1/namespaces/default/events/e')).body).toMatchObject({ note: 'Back-off', regarding: { name: 'p' } });
  });
});

describe('tables', () => {
  const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

  it('say of a pod what everybody says of it', async () => {
    const { call, clock } = testApi();
    await call('POST', PODS, { body: pod('p', {}, { nodeName: 'n1' }) });
    const waiting = { name: 'app', restartCount: 3, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-01-05T09:00:30Z' } } };
    await call('PATCH', `${PODS}/p/status`, { body: { status: { phase: 'Running', podIPs: [{ ip: '10.0.0.7' }], containerStatuses: [waiting] } }, contentType: 'application/merge-patch+json' });
    await clock.run(90_000);
    const { body } = await call('GET', PODS, { accept: TABLE });
    expect(listAt(body, 'columnDefinitions').map(({ name, priority }) => `${String(name)} ${String(priority)}`)).toEqual(['Name 0', 'Ready 0', 'Status 0', 'Restarts 0', 'Age 0', 'IP 1', 'Node 1', 'Nominated Node 1', 'Readiness Gates 1']);
    expect(at(body, 'rows', 0, 'cells')).toEqual(['p', '0/1', 'CrashLoopBackOff', '3 (60s ago)', '90s', '10.0.0.7', 'n1', '<none>', '<none>']);
    expect(at(body, 'rows', 0, 'object', 'kind')).toBe('PartialObjectMetadata');
  });

  it.each<[string, Json, string]>([
    ['an init container that fails', { initContainerStatuses: [{ name: 'i', state: { terminated: { exitCode: 1, reason: 'Error' } } }] }, 'Init:Error'],
    ['an init container that runs', { initContainerStatuses: [{ name: 'i', state: { running: {} } }] }, 'Init:0/1'],
    ['a missing image', { containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ImagePullBackOff' } } }] }, 'ImagePullBackOff'],
    ['an end without a reason', { containerStatuses: [{ name: 'app', state: { terminated: { exitCode: 3 } } }] }, 'ExitCode:3'],
    ['nothing yet', {}, 'Pending'],
  ])('name %s', async (_what, status, word) => {
    const { call } = testApi();
    await call('POST', PODS, { body: pod('p', {}, { initContainers: [{ name: 'i', image: 'x:1' }] }) });
    await call('PATCH', `${PODS}/p/status`, { body: { status: { phase: 'Pending', ...status } }, contentType: 'application/merge-patch+json' });
    expect(at((await call('GET', PODS, { accept: TABLE })).body, 'rows', 0, 'cells', 2)).toBe(word);
  });

  it('are refused where nothing offered can be had', async () => {
    const { call } = testApi();
    expect((await call('GET', PODS, { accept: 'application/vnd.kubernetes.protobuf' })).status).toBe(406);
  });
});
