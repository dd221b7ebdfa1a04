import { describe, expect, it } from 'vitest';
import { at, type Json } from '../json.ts';
import { schemas } from '../resource-types.ts';
import { CONFIG_MAPS, configMap, deployment, DEPLOYMENTS, testApi } from '../spec-support/test-api.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

const POD_SPEC = schemas.named('io.k8s.api.core.v1.PodSpec');
const DEPLOYMENT_SPEC = schemas.named('io.k8s.api.apps.v1.DeploymentSpec');

describe('a strategic merge patch', () => {
  const containers = [{ name: 'app', image: 'web:1', args: ['a', 'b'] }, { name: 'side', image: 'log:1' }];

  it.each<[string, Json, Json, Json]>([
    ['merges list items by their merge key', { containers }, { containers: [{ name: 'side', image: 'log:2' }] }, { containers: [containers[0], { name: 'side', image: 'log:2' }] }],
    ['appends items that are not there', { containers }, { containers: [{ name: 'new', image: 'x' }] }, { containers: [...containers, { name: 'new', image: 'x' }] }],
    ['removes an item with $patch: delete', { containers }, { containers: [{ name: 'app', $patch: 'delete' }] }, { containers: [containers[1]] }],
    ['replaces a whole list with $patch: replace', { containers }, { containers: [{ $patch: 'replace' }, { name: 'only', image: 'x' }] }, { containers: [{ name: 'only', image: 'x' }] }],
    ['replaces lists without a merge strategy', { containers }, { containers: [{ name: 'app', args: ['c'] }] }, { containers: [{ ...containers[0], args: ['c'] }, containers[1]] }],
    ['removes a field with null', { dnsPolicy: 'Default', hostname: 'x' }, { dnsPolicy: null }, { hostname: 'x' }],
    ['replaces a map with $patch: replace', { nodeSelector: { a: '1', b: '2' } }, { nodeSelector: { $patch: 'replace', c: '3' } }, { nodeSelector: { c: '3' } }],
    ['orders items as $setElementOrder says', { containers }, { '$setElementOrder/containers': [{ name: 'side' }, { name: 'app' }], containers: [{ name: 'app', image: 'web:2' }] }, { containers: [containers[1], { ...containers[0], image: 'web:2' }] }],
  ])('%s', (_what, target, patch, wanted) => {
    expect(strategicMergePatch(target, patch, POD_SPEC)).toEqual(wanted);
  });

  it('keeps what only the server has where it stood, under $setElementOrder', () => {
    const target = { containers: [{ name: 'a' }, { name: 'injected' }, { name: 'b' }] };
    const patched = strategicMergePatch(target, { '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }] }, POD_SPEC);
    expect((patched['containers'] as Json[]).map(({ name }) => name)).toEqual(['a', 'injected', 'b']);
  });

  it('drops with $retainKeys what a union must not keep', () => {
    const target = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(strategicMergePatch(target, { strategy: { $retainKeys: ['type'], type: 'Recreate' } }, DEPLOYMENT_SPEC)).toEqual({ strategy: { type: 'Recreate' } });
  });

  it('takes single values out of a list of texts', () => {
    const meta = schemas.named('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
    expect(strategicMergePatch({ finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }, meta)).toEqual({ finalizers: ['b'] });
  });

  it('refuses an item without its merge key', () => {
    expect(() => strategicMergePatch({ containers }, { containers: [{ image: 'x' }] }, POD_SPEC)).toThrow('map: map[image:x] does not contain declared merge key: name');
  });
});

describe('a merge patch', () => {
  it.each([
    [{ a: 1, b: 2 }, { a: null, c: 3 }, { b: 2, c: 3 }],
    [{ a: { b: [1, 2] } }, { a: { b: [3] } }, { a: { b: [3] } }],
    [{ a: 'text' }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ])('makes of %j with %j: %j (RFC 7386)', (target, patch, wanted) => {
    expect(mergePatch(target, patch)).toEqual(wanted);
  });
});

describe('PATCH', () => {
  it('takes a JSON patch, and refuses one that does not fit without changing anything', async () => {
    const { call, objects } = testApi();
    await call('POST', CONFIG_MAPS, { body: configMap('a', { k: '1' }) });
    const patch = (body: unknown) => call('PATCH', `${CONFIG_MAPS}/a`, { body, contentType: 'application/json-patch+json' });
    expect((await patch([{ op: 'test', path: '/data/k', value: '1' }, { op: 'replace', path: '/data/k', value: '2' }])).status).toBe(200);
    const refused = await patch([{ op: 'replace', path: '/data/k', value: '3' }, { op: 'test', path: '/data/k', value: '1' }]);
    expect([refused.status, refused.body['message']]).toEqual([422, 'the server rejected our request due to an error in our request']);
    expect(at(objects.get('v1', 'ConfigMap', 'default', 'a'), 'data')).toEqual({ k: '2' });
  });

  it('refuses a strategic patch of a wrong type as a patch', async () => {
    const { call } = testApi();
    await call('POST', DEPLOYMENTS, { body: deployment('web') });
    const { status, body } = await call('PATCH', `${DEPLOYMENTS}/web`, { body: { spec: { replicas: 'x' } }, contentType: 'application/strategic-merge-patch+json' });
    expect([status, at(body, 'details', 'causes', 0, 'message')]).toEqual([422, 'Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32']);
  });

  it('refuses a body type that it does not know, naming those it knows', async () => {
    const { call } = testApi();
    await call('POST', CONFIG_MAPS, { body: configMap('a') });
    const { status, body } = await call('PATCH', `${CONFIG_MAPS}/a`, { body: {}, contentType: 'text/plain' });
    expect(status).toBe(415);
    expect(body['message']).toContain('application/strategic-merge-patch+json');
  });
});
