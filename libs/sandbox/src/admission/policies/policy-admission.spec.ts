import { approvalAdmission, customResourceDefinitions } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { at, type Json } from '../../api/json.ts';
import { configMap, CONFIG_MAPS, testApi } from '../../api/spec-support/test-api.ts';

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const PLURALS: Readonly<Record<string, string>> = { ValidatingAdmissionPolicy: 'validatingadmissionpolicies', ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings' };
const person = (user: string) => ({ user, groups: ['system:masters', 'system:authenticated'] });

async function withPolicies(...objects: readonly unknown[]) {
  const api = testApi({ crds: customResourceDefinitions() as unknown as readonly Json[] });
  const install = (object: unknown) => api.call('POST', `${ROOT}/${PLURALS[String(at(object, 'kind'))] ?? ''}`, { body: object });
  for (const object of objects) expect((await install(object)).body['message']).toBeUndefined();
  return { ...api, install };
}

const policy = (spec: Json = {}, rule: Json = {}): Json => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'guard' },
  spec: {
    matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'], ...rule }] },
    validations: [{ expression: "has(object.data) && 'owner' in object.data", message: 'say who owns it' }],
    ...spec,
  },
});
const binding = (spec: Json = {}): Json => ({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'guard' }, spec: { policyName: 'guard', validationActions: ['Deny'], ...spec } });

describe('a ValidatingAdmissionPolicy', () => {
  it('refuses what does not hold, in the words of the real server', async () => {
    const { call } = await withPolicies(policy(), binding());
    const { status, body } = await call('POST', CONFIG_MAPS, { body: configMap('a') });
    expect(status).toBe(422);
    expect(body).toMatchObject({ reason: 'Invalid', message: `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'guard' with binding 'guard' denied request: say who owns it` });
    expect((await call('POST', CONFIG_MAPS, { body: configMap('a', { owner: 'ada' }) })).status).toBe(201);
  });

  it('does nothing without a binding, and warns where the binding says so', async () => {
    const { call, install } = await withPolicies(policy());
    expect((await call('POST', CONFIG_MAPS, { body: configMap('a') })).status).toBe(201);
    await install(binding({ validationActions: ['Warn'] }));
    expect(await call('POST', CONFIG_MAPS, { body: configMap('b') })).toMatchObject({ status: 201, warnings: [expect.stringContaining('say who owns it')] });
  });

  it('refuses what it cannot evaluate, unless it is told to ignore that', async () => {
    const validations = [{ expression: "object.data.owner == 'ada'" }];
    const strict = await withPolicies(policy({ validations }), binding());
    expect((await strict.call('POST', CONFIG_MAPS, { body: configMap('a') })).body['message']).toContain("expression 'object.data.owner == 'ada'' resulted in error");
    const lenient = await withPolicies(policy({ validations, failurePolicy: 'Ignore' }), binding());
    expect((await lenient.call('POST', CONFIG_MAPS, { body: configMap('a') })).status).toBe(201);
  });

  it('keeps to its conditions, its variables, and the namespaces and objects that are selected', async () => {
    const spec = {
      matchConditions: [{ name: 'by-people', expression: "!request.userInfo.username.startsWith('system:')" }],
      variables: [{ name: 'owner', expression: "has(object.data) && 'owner' in object.data ? object.data.owner : ''" }],
      validations: [{ expression: "variables.owner == namespaceObject.metadata.name", messageExpression: "'owned by ' + variables.owner" }],
    };
    const { call } = await withPolicies(policy(spec), binding({ matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } } }));
    expect((await call('POST', CONFIG_MAPS, { body: configMap('a', { owner: 'eve' }), as: person('ada') })).body['message']).toContain('owned by eve');
    expect((await call('POST', CONFIG_MAPS, { body: configMap('a', { owner: 'default' }), as: person('ada') })).status).toBe(201);
    expect((await call('POST', CONFIG_MAPS, { body: configMap('b', { owner: 'eve' }), as: person('system:admin') })).status).toBe(201);
    expect((await call('POST', CONFIG_MAPS.replace('default', 'kube-public'), { body: configMap('a', { owner: 'eve' }), as: person('ada') })).status).toBe(201);
  });

  it.each([
    ['an expression that does not compile', policy({ validations: [{ expression: 'object.' }] }), 'compilation failed'],
    ['what it would not enforce: a deletion', policy({}, { operations: ['DELETE'] }), 'creates and updates only'],
    ['what it would not enforce: parameters', policy({ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }), 'does not evaluate'],
  ])('is refused for %s', async (_name, object, message) => {
    const { install } = await withPolicies();
    expect(await install(object)).toMatchObject({ status: 422, body: { message: expect.stringContaining(message) } });
  });
});

describe('our policy on approvals', () => {
  const APPROVALS = '/apis/fleetmend.dev/v1alpha1/namespaces/default/remediationapprovals';
  const approval = (approver: string): Json => ({
    apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationApproval', metadata: { name: 'yes' },
    spec: { request: { name: 'rr-1', uid: 'u' }, planDigest: `sha256:${'0'.repeat(64)}`, decision: 'Approve', approver },
  });
  const ours = () => withPolicies(...approvalAdmission());

  it('takes one from the person it names, and from nobody else', async () => {
    const { call } = await ours();
    expect(await call('POST', APPROVALS, { body: approval('bob'), as: person('ada') })).toMatchObject({ status: 403, body: { reason: 'Forbidden', message: expect.stringContaining('the user who asks, ada, and says bob') } });
    expect((await call('POST', APPROVALS, { body: approval('ada'), as: person('ada') })).status).toBe(201);
  });

  it.each(['system:serviceaccount:fleetmend-system:fleetmend-hub', 'system:node:n1', 'system:anonymous'])('takes none from %s, even under its own name', async (user) => {
    const { call } = await ours();
    expect(await call('POST', APPROVALS, { body: approval(user), as: person(user) })).toMatchObject({ status: 403, body: { message: expect.stringContaining('a person has to') } });
  });

  it('lets nobody change one, its labels included, and anybody with the right delete it', async () => {
    const { call } = await ours();
    await call('POST', APPROVALS, { body: approval('ada'), as: person('ada') });
    for (const patch of [{ spec: { decision: 'Reject' } }, { metadata: { labels: { a: 'b' } } }]) {
      expect(await call('PATCH', `${APPROVALS}/yes`, { body: patch, contentType: 'application/merge-patch+json', as: person('ada') })).toMatchObject({ status: expect.any(Number), body: { message: expect.stringContaining('cannot be changed') } });
    }
    expect((await call('DELETE', `${APPROVALS}/yes`, { as: person('ada') })).status).toBe(200);
  });

  it('does not stand in the way of a deletion that waits for dependents', async () => {
    const { call } = await ours();
    const held = { ...approval('ada'), metadata: { name: 'yes', finalizers: ['example.dev/keep'] } };
    await call('POST', APPROVALS, { body: held, as: person('ada') });
    await call('DELETE', `${APPROVALS}/yes`, { as: person('ada') });
    expect((await call('PATCH', `${APPROVALS}/yes`, { body: { metadata: { finalizers: null } }, contentType: 'application/merge-patch+json', as: person('system:serviceaccount:kube-system:generic-garbage-collector') })).status).toBe(200);
    expect((await call('GET', `${APPROVALS}/yes`)).status).toBe(404);
  });
});
