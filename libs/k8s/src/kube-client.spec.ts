import { isPermanent } from '@fleetmend/kernel';
import { describe, expect, it } from 'vitest';
import { createDiscovery } from './discovery.ts';
import { createKubeClient } from './kube-client.ts';
import { KubeStatusError } from './kube-errors.ts';
import { findObject, listObjects } from './objects.ts';
import { attributesOf, resourcePath } from './resource-type.ts';
import { jsonResponse, scriptedApi, statusResponse } from './scripted-api.ts';

const PODS = { apiVersion: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
const DEPLOYMENTS = { apiVersion: 'apps/v1', kind: 'Deployment', resource: 'deployments', namespaced: true };

const thrownBy = async (run: () => Promise<unknown>): Promise<Error> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
};

describe('a client made for reading', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'post', 'get'])('refuses %s before anything leaves', async (method) => {
    const api = scriptedApi(() => jsonResponse({}));
    const client = createKubeClient({ server: 'https://api.test', fetch: api.fetch, readOnly: true });
    const error = await thrownBy(() => client.request({ method, path: '/api/v1/pods' }));
    expect(isPermanent(error) && error.reason).toBe('ReadOnly');
    expect(api.seen).toEqual([]);
  });

  it('asks for its headers before each request, so that a new token is used', async () => {
    const api = scriptedApi(() => jsonResponse({}));
    let token = 0;
    const client = createKubeClient({ server: 'https://api.test/', fetch: api.fetch, headers: () => ({ authorization: `Bearer ${++token}` }), readOnly: true });
    await client.json({ path: '/version' });
    await client.json({ path: '/version' });
    expect(api.seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2']);
  });
});

describe('errors', () => {
  const clientOf = (response: () => Response) => createKubeClient({ server: 'https://api.test', fetch: scriptedApi(response).fetch });

  it('name the verb and resource that a role has to grant', async () => {
    const client = clientOf(() => statusResponse(403, 'Forbidden', 'pods is forbidden: User "agent" cannot list'));
    const error = await thrownBy(() => listObjects(client, PODS, { namespace: 'shop' }));
    expect(isPermanent(error) && error.reason).toBe('Forbidden');
    expect(error.message).toContain('grant verb "list" on resource "pods" of API group "" in namespace shop');
  });

  it('say that credentials are not accepted', async () => {
    const error = await thrownBy(() => clientOf(() => statusResponse(401, 'Unauthorized', 'Unauthorized')).json({ path: '/version' }));
    expect(isPermanent(error) && error.reason).toBe('Unauthorized');
    expect(error.message).toContain('https://api.test');
  });

  it('carry code, reason and message of a Status, and are transient', async () => {
    const error = await thrownBy(() => clientOf(() => statusResponse(409, 'Conflict', 'the object has been modified')).json({ path: '/api/v1/pods' }));
    expect(error).toBeInstanceOf(KubeStatusError);
    expect(error).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(error.message).toContain('the object has been modified');
    expect(isPermanent(error)).toBe(false);
  });

  it('name the address when nobody answers, and are transient', async () => {
    const client = clientOf(() => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:6443') });
    });
    const error = await thrownBy(() => client.json({ path: '/version' }));
    expect(error.message).toContain('cannot reach the Kubernetes API at https://api.test: connect ECONNREFUSED 127.0.0.1:6443');
    expect(isPermanent(error)).toBe(false);
  });

  it('show what came when it was not JSON', async () => {
    const error = await thrownBy(() => clientOf(() => new Response('<html>login</html>')).json({ path: '/version' }));
    expect(error.message).toContain('<html>login</html>');
  });
});

describe('reading objects', () => {
  it('answers undefined for what does not exist', async () => {
    const api = scriptedApi(() => statusResponse(404, 'NotFound', 'pods "a" not found'));
    expect(await findObject(createKubeClient({ server: 'https://api.test', fetch: api.fetch }), PODS, { namespace: 'shop', name: 'a' })).toBeUndefined();
  });

  it('gives list items their type, and stops at the wanted number', async () => {
    const api = scriptedApi(() => jsonResponse({ metadata: { resourceVersion: '5', continue: 'more' }, items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] }));
    const list = await listObjects(createKubeClient({ server: 'https://api.test', fetch: api.fetch }), DEPLOYMENTS, { namespace: 'shop', labelSelector: 'app=web', max: 2 });
    expect(list.items[0]).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(list.truncated).toBe(true);
    expect(api.seen[0]?.path).toBe('/apis/apps/v1/namespaces/shop/deployments');
    expect(api.seen[0]?.query.get('labelSelector')).toBe('app=web');
  });

  it('starts a list again whose page token expired', async () => {
    const answers = [jsonResponse({ metadata: { continue: 'old' }, items: [{ metadata: { name: 'a' } }] }), statusResponse(410, 'Expired', 'continue parameter is too old'), jsonResponse({ metadata: { resourceVersion: '9' }, items: [{ metadata: { name: 'b' } }] })];
    const api = scriptedApi(() => answers.shift() ?? statusResponse(500, 'ScriptOver', ''));
    const list = await listObjects(createKubeClient({ server: 'https://api.test', fetch: api.fetch }), PODS);
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('finds how a kind is served, once per version, and looks again for one that was missing', async () => {
    let served = false;
    const api = scriptedApi(() => (served ? jsonResponse({ resources: [{ name: 'applications', kind: 'Application', namespaced: true }, { name: 'applications/status', kind: 'Application', namespaced: true }] }) : statusResponse(404, 'NotFound', '')));
    const discovery = createDiscovery(createKubeClient({ server: 'https://api.test', fetch: api.fetch, readOnly: true }));
    expect(await discovery.find('argoproj.io/v1alpha1', 'Application')).toBeUndefined();
    served = true;
    expect(await discovery.find('argoproj.io/v1alpha1', 'Application')).toMatchObject({ resource: 'applications', namespaced: true });
    await discovery.find('argoproj.io/v1alpha1', 'Application');
    expect(api.seen).toHaveLength(2);
  });
});

describe('paths', () => {
  it.each([
    [PODS, {}, '/api/v1/pods'],
    [PODS, { namespace: 'shop', name: 'a', subresource: 'log' }, '/api/v1/namespaces/shop/pods/a/log'],
    [DEPLOYMENTS, { namespace: 'shop', name: 'web' }, '/apis/apps/v1/namespaces/shop/deployments/web'],
    [{ apiVersion: 'v1', kind: 'Node', resource: 'nodes', namespaced: false }, { name: 'n/../secrets' }, '/api/v1/nodes/n%2F..%2Fsecrets'],
  ])('of %o at %o is as the API serves it', (type, place, path) => {
    expect(resourcePath(type, place)).toBe(path);
  });

  it.each([
    ['GET', '/api/v1/pods', true, { verb: 'watch', group: '', resource: 'pods', namespace: undefined }],
    ['GET', '/api/v1/namespaces/shop/pods/a/log', false, { verb: 'get', group: '', resource: 'pods/log', namespace: 'shop' }],
    ['GET', '/api/v1/namespaces', false, { verb: 'list', group: '', resource: 'namespaces', namespace: undefined }],
    ['GET', '/api/v1/namespaces/shop', false, { verb: 'get', group: '', resource: 'namespaces', namespace: undefined }],
    ['PUT', '/apis/fleetmend.dev/v1alpha1/namespaces/x/remediationrequests/r/status', false, { verb: 'update', group: 'fleetmend.dev', resource: 'remediationrequests/status', namespace: 'x' }],
  ])('%s %s (watch: %s) reads back into RBAC words', (method, path, watch, expected) => {
    expect(attributesOf(method, path, watch)).toEqual(expected);
  });
});
