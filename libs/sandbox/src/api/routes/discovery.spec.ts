import { describe, expect, it } from 'vitest';
import { at, type Json, listAt } from '../json.ts';
import { testApi } from '../spec-support/test-api.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

describe('discovery', () => {
  it('answers version and health', async () => {
    const { call } = testApi();
    expect((await call('GET', '/version')).body).toMatchObject({ major: '1', minor: '34', gitVersion: 'v1.34.4' });
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping']) expect((await call('GET', path)).text).toBe('ok');
  });

  it('lists resources with short names, categories and subresources, the old way and the new', async () => {
    const { call } = testApi();
    const legacy = listAt((await call('GET', '/apis/apps/v1')).body, 'resources').find(({ name }) => name === 'deployments');
    expect(legacy).toMatchObject({ singularName: 'deployment', shortNames: ['deploy'], categories: ['all'], namespaced: true, kind: 'Deployment' });
    const groups = listAt((await call('GET', '/apis', { accept: AGGREGATED })).body, 'items');
    const apps = groups.find((group) => at(group, 'metadata', 'name') === 'apps');
    const deployments = listAt(apps, 'versions', 0, 'resources').find(({ resource }) => resource === 'deployments');
    expect(deployments).toMatchObject({ shortNames: ['deploy'], scope: 'Namespaced' });
    expect(listAt(deployments, 'subresources').map(({ subresource }) => subresource)).toEqual(['scale', 'status']);
    expect(at((await call('GET', '/api')).body, 'versions')).toEqual(['v1']);
    expect((await call('GET', '/apis')).body['kind']).toBe('APIGroupList');
  });

  it('can answer everything that it lists', async () => {
    const { call } = testApi();
    for (const type of ['/api/v1', ...listAt((await call('GET', '/apis')).body, 'groups').map((group) => `/apis/${String(at(group, 'preferredVersion', 'groupVersion'))}`)]) {
      for (const { name, verbs } of listAt((await call('GET', type)).body, 'resources') as readonly { name: string; verbs: readonly string[] }[]) {
        if (!verbs.includes('list')) continue;
        expect((await call('GET', `${type}/${name}`)).status, `${type}/${name}`).toBe(200);
      }
    }
  });

  it('says 404 for what is not there', async () => {
    const { call } = testApi();
    for (const path of ['/apis/nope/v1', '/api/v1/nopes', '/nope', '/openapi/v3/apis/nope/v1', '/api/v1/namespaces/default/pods/p/exec']) {
      const { status, body } = await call('GET', path);
      expect([status, body['kind']], path).toEqual([404, 'Status']);
    }
  });
});

describe('the OpenAPI documents', () => {
  it('are listed with hashes and hold what kubectl looks for', async () => {
    const { call } = testApi();
    const { body: index } = await call('GET', '/openapi/v3');
    expect(at(index, 'paths', 'apis/apps/v1', 'serverRelativeURL')).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{32}$/);
    const { body } = await call('GET', '/openapi/v3/apis/apps/v1');
    const patch = at(body, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch') as Json;
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
    expect(listAt(patch, 'parameters').map(({ name }) => name)).toContain('fieldValidation');
    const schema = at(body, 'components', 'schemas', 'io.k8s.api.apps.v1.Deployment') as Json;
    expect(schema['x-kubernetes-group-version-kind']).toEqual([{ group: 'apps', kind: 'Deployment', version: 'v1' }]);
  });

  it('refer to nothing that they do not hold', async () => {
    const { call } = testApi();
    for (const path of Object.keys(at((await call('GET', '/openapi/v3')).body, 'paths') as Json)) {
      const { body, text } = await call('GET', `/openapi/v3/${path}`);
      const schemas = at(body, 'components', 'schemas') as Json;
      for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(schemas[name], `${path} ${name}`).toBeDefined();
    }
  });
});
