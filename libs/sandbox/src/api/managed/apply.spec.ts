import { describe, expect, it } from 'vitest';
import { at, type Json, listAt } from '../json.ts';
import { deployment, DEPLOYMENTS, testApi } from '../spec-support/test-api.ts';

const APPLY = 'application/apply-patch+yaml';

function setup() {
  const { call, objects } = testApi();
  const apply = (manager: string, spec: Json, force = false) =>
    call('PATCH', `${DEPLOYMENTS}/web?fieldManager=${manager}&force=${force}`, { body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }, contentType: APPLY });
  return { call, objects, apply };
}

const FULL = deployment('web')['spec'] as Json;
const owners = (body: Json) => Object.fromEntries(listAt(body, 'metadata', 'managedFields').map((entry) => [`${String(entry['manager'])} ${String(entry['operation'])}`, entry['fieldsV1']]));

describe('server-side apply', () => {
  it('creates what is not there, and says who owns what', async () => {
    const { apply } = setup();
    const { status, body } = await apply('flux', FULL);
    expect(status).toBe(201);
    expect(owners(body)).toEqual({
      'flux Apply': {
        'f:spec': { 'f:replicas': {}, 'f:selector': {}, 'f:template': { 'f:metadata': { 'f:labels': { 'f:app': {} } }, 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } } },
      },
    });
  });

  it('refuses to take a field from another manager, naming both, unless forced', async () => {
    const { apply, objects } = setup();
    await apply('flux', FULL);
    const refused = await apply('argocd', { replicas: 5 });
    expect(refused.status).toBe(409);
    expect(refused.body['message']).toBe('Apply failed with 1 conflict: conflict with "flux": .spec.replicas');
    expect(at(refused.body, 'details', 'causes', 0)).toEqual({ reason: 'FieldManagerConflict', message: 'conflict with "flux"', field: '.spec.replicas' });
    const forced = await apply('argocd', { replicas: 5 }, true);
    expect(at(objects.get('apps/v1', 'Deployment', 'default', 'web'), 'spec', 'replicas')).toBe(5);
    expect(at(owners(forced.body), 'flux Apply', 'f:spec', 'f:replicas')).toBeUndefined();
  });

  it('is no conflict when both want the same', async () => {
    const { apply } = setup();
    await apply('flux', FULL);
    expect((await apply('argocd', { replicas: 1 })).status).toBe(200);
  });

  it('removes what its manager no longer states, but not what others own', async () => {
    const { apply, call } = setup();
    await apply('flux', { ...FULL, minReadySeconds: 5, revisionHistoryLimit: 3 });
    await apply('argocd', { revisionHistoryLimit: 3 });
    const { body } = await apply('flux', FULL);
    expect(at(body, 'spec', 'minReadySeconds')).toBeUndefined();
    expect(at(body, 'spec', 'revisionHistoryLimit')).toBe(3);
    expect((await call('GET', `${DEPLOYMENTS}/web`)).body).toEqual(body);
  });

  it('removes list items by their key and leaves those of others', async () => {
    const { apply } = setup();
    const template = (...names: readonly string[]) => ({ ...FULL, template: { metadata: { labels: { app: 'web' } }, spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) } } });
    await apply('flux', template('app', 'side'));
    await apply('mesh', { template: { spec: { containers: [{ name: 'proxy', image: 'proxy:1' }] } } });
    const { body } = await apply('flux', template('app'));
    expect(listAt(body, 'spec', 'template', 'spec', 'containers').map(({ name }) => name)).toEqual(['app', 'proxy']);
  });

  it('writes nothing when the same is applied again', async () => {
    const { apply } = setup();
    const first = await apply('flux', { ...FULL, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'web:1', resources: { limits: { memory: '1024Mi' } } }] } } });
    const second = await apply('flux', { ...FULL, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'web:1', resources: { limits: { memory: '1024Mi' } } }] } } });
    expect(at(second.body, 'metadata', 'resourceVersion')).toBe(at(first.body, 'metadata', 'resourceVersion'));
  });

  it('gives what a plain write changes to the writer', async () => {
    const { apply, call } = setup();
    await apply('flux', FULL);
    const { body } = await call('PATCH', `${DEPLOYMENTS}/web?fieldManager=kubectl-edit`, { body: { spec: { replicas: 3 } }, contentType: 'application/merge-patch+json' });
    expect(at(owners(body), 'kubectl-edit Update')).toEqual({ 'f:spec': { 'f:replicas': {} } });
    expect(at(owners(body), 'flux Apply', 'f:spec', 'f:replicas')).toBeUndefined();
  });

  it('keeps owners of status and spec apart', async () => {
    const { apply, call } = setup();
    await apply('flux', FULL);
    const { body } = await call('PATCH', `${DEPLOYMENTS}/web/status?fieldManager=controller`, { body: { status: { replicas: 1 } }, contentType: 'application/merge-patch+json' });
    const entry = listAt(body, 'metadata', 'managedFields').find((item) => item['manager'] === 'controller');
    expect([entry?.['subresource'], entry?.['fieldsV1']]).toEqual(['status', { 'f:status': { 'f:replicas': {} } }]);
  });

  it('needs a field manager', async () => {
    const { call } = setup();
    const { status, body } = await call('PATCH', `${DEPLOYMENTS}/web`, { body: deployment('web'), contentType: APPLY });
    expect([status, body['message']]).toEqual([422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch']);
  });

  it('reads YAML', async () => {
    const { call } = setup();
    const { status } = await call('PATCH', '/api/v1/namespaces/default/configmaps/a?fieldManager=me', { body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n', contentType: APPLY });
    expect(status).toBe(201);
  });
});
