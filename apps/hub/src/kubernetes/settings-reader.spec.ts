import { createKubeClient } from '@fleetmend/k8s';
import { approvalAdmission } from '@fleetmend/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aHubCluster, type HubClusterFixture } from './hub-cluster.fixture.ts';
import { createSettingsReader } from './settings-reader.ts';

let hub: HubClusterFixture;
beforeEach(() => {
  hub = aHubCluster();
});
afterEach(() => hub.close());

const put = (kind: string, spec: Record<string, unknown>, name = 'one') => hub.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind, metadata: { name, namespace: 'shop-team' }, spec }, { manager: 'test' });

it('reads policies and bindings as they stand now', async () => {
  const settings = createSettingsReader(hub.client);
  expect(await settings.policies()).toEqual([]);
  put('RemediationPolicy', { selector: { namespaces: ['shop'] } });
  put('RepoBinding', { selects: {}, forgeRef: 'local', repository: 'fleet', editablePaths: ['apps/**'] });
  expect(await settings.policies()).toMatchObject([{ name: 'one', namespace: 'shop-team', spec: { mode: 'Propose', paused: false } }]);
  expect(await settings.bindings()).toMatchObject([{ spec: { branch: 'main', repository: 'fleet' } }]);
});

const anApproval = { request: { name: 'rr-1', uid: 'u' }, planDigest: `sha256:${'0'.repeat(64)}`, decision: 'Approve', approver: 'ada' };
const approve = () => hub.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationApproval', metadata: { name: 'yes', namespace: 'shop-team' }, spec: anApproval }, { manager: 'kubectl', user: 'ada' });
const guard = (...objects: readonly unknown[]) => objects.forEach((object) => hub.server.objects.create(object as Parameters<typeof hub.server.objects.create>[0], { manager: 'test' }));
const [policy, binding] = approvalAdmission();

it('counts no approval while nothing forces the name of who approves', async () => {
  approve();
  expect(await createSettingsReader(hub.client).approvals()).toEqual({ trusted: false, approvals: [] });
});

it('counts approvals where the policy and its binding are in place', async () => {
  guard(policy, binding);
  approve();
  expect(await createSettingsReader(hub.client).approvals()).toMatchObject({ trusted: true, approvals: [{ spec: { approver: 'ada' } }] });
});

const rule = { apiGroups: ['fleetmend.dev'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['remediationapprovals'] };
const weaker = (object: object | undefined, spec: object) => ({ ...object, spec: { ...(object as { spec?: object }).spec, ...spec } });
it.each([
  ['has no binding', [policy]],
  ['lets errors pass', [weaker(policy, { failurePolicy: 'Ignore' }), binding]],
  ['asks for less', [weaker(policy, { validations: [{ expression: 'true' }] }), binding]],
  ['exempts somebody by a condition', [weaker(policy, { matchConditions: [{ name: 'bots', expression: "request.userInfo.username != 'eve'" }] }), binding]],
  ['does not see updates', [weaker(policy, { matchConstraints: { resourceRules: [{ ...rule, operations: ['CREATE'] }] } }), binding]],
  ['leaves objects out', [weaker(policy, { matchConstraints: { resourceRules: [rule], objectSelector: { matchLabels: { a: 'b' } } } }), binding]],
  ['only warns', [policy, weaker(binding, { validationActions: ['Warn'] })]],
  ['is bound in some namespaces only', [policy, weaker(binding, { matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } })]],
])('counts none where what should force it %s', async (_name, objects) => {
  guard(...objects);
  expect((await createSettingsReader(hub.client).approvals()).trusted).toBe(false);
});

it('throws where it cannot read, because no answer is not "nothing is forbidden"', async () => {
  const fetch = (async () => new Response('{}', { status: 503 })) as typeof globalThis.fetch;
  await expect(createSettingsReader(createKubeClient({ server: 'https://hub.test', fetch })).policies()).rejects.toThrow();
});
