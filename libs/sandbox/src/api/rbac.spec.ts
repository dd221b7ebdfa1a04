import { describe, expect, it } from 'vitest';
import { at, type Json } from './json.ts';
import { CONFIG_MAPS, configMap, PODS, testApi } from './spec-support/test-api.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const agent = { user: 'system:serviceaccount:default:agent', groups: ['system:authenticated', 'system:serviceaccounts'] };

async function withReader() {
  const api = testApi();
  const post = (path: string, body: Json) => api.call('POST', `${RBAC}/${path}`, { body: { apiVersion: 'rbac.authorization.k8s.io/v1', ...body } });
  await post('clusterroles', { kind: 'ClusterRole', metadata: { name: 'reader' }, rules: [{ apiGroups: ['', 'apps'], resources: ['pods', 'pods/log', 'deployments'], verbs: ['get', 'list', 'watch'] }] });
  await post('clusterrolebindings', { kind: 'ClusterRoleBinding', metadata: { name: 'reader' }, roleRef: { kind: 'ClusterRole', name: 'reader' }, subjects: [{ kind: 'ServiceAccount', name: 'agent', namespace: 'default' }] });
  return { ...api, post };
}

describe('somebody without all rights', () => {
  it('may do what a role grants, and nothing else', async () => {
    const { call } = await withReader();
    expect((await call('GET', '/api/v1/pods', { as: agent })).status).toBe(200);
    expect((await call('GET', '/apis/apps/v1/namespaces/default/deployments?watch=false', { as: agent })).status).toBe(200);
    const { status, body } = await call('POST', CONFIG_MAPS, { body: configMap('a'), as: agent });
    expect(status).toBe(403);
    expect(body['message']).toBe('configmaps is forbidden: User "system:serviceaccount:default:agent" cannot create resource "configmaps" in API group "" in the namespace "default"');
    expect((await call('GET', `${CONFIG_MAPS}/kube-root-ca.crt`, { as: agent })).body['message']).toBe('configmaps "kube-root-ca.crt" is forbidden: User "system:serviceaccount:default:agent" cannot get resource "configmaps" in API group "" in the namespace "default"');
  });

  it('has in a namespace what a RoleBinding there gives', async () => {
    const { call, post } = await withReader();
    await post('namespaces/default/rolebindings', { kind: 'RoleBinding', metadata: { name: 'bobs' }, roleRef: { kind: 'ClusterRole', name: 'reader' }, subjects: [{ kind: 'User', name: 'bob' }] });
    const bob = { user: 'bob', groups: [] };
    expect((await call('GET', PODS, { as: bob })).status).toBe(200);
    expect((await call('GET', '/api/v1/namespaces/kube-system/pods', { as: bob })).status).toBe(403);
  });

  it('can ask what it may', async () => {
    const { call } = await withReader();
    const ask = async (verb: string, resource: string) => {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb, resource, group: '', namespace: 'default' } } };
      return at((await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body, as: agent })).body, 'status', 'allowed');
    };
    expect([await ask('list', 'pods'), await ask('delete', 'pods'), await ask('get', 'secrets')]).toEqual([true, false, false]);
  });

  it('learns who it is, and its rules', async () => {
    const { call } = await withReader();
    const self = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }, as: agent });
    expect(at(self.body, 'status', 'userInfo', 'username')).toBe(agent.user);
    const rules = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'default' } }, as: agent });
    expect(at(rules.body, 'status', 'resourceRules')).toContainEqual({ apiGroups: ['', 'apps'], resources: ['pods', 'pods/log', 'deployments'], verbs: ['get', 'list', 'watch'] });
  });
});
