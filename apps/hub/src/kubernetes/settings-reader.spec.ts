import { createKubeClient } from '@fleetmend/k8s';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aHubCluster, type HubClusterFixture } from './hub-cluster.fixture.ts';
import { APPROVAL_ADMISSION, createSettingsReader } from './settings-reader.ts';

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

it('counts no approval while nothing forces the name of who approves', async () => {
  put('RemediationApproval', { request: { name: 'rr-1', uid: 'u' }, planDigest: `sha256:${'0'.repeat(64)}`, decision: 'Approve', approver: 'ada' });
  expect(await createSettingsReader(hub.client).approvals()).toEqual({ trusted: false, approvals: [] });
});

it.each([
  ['counts approvals', ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'], true],
  ['counts none', ['validatingadmissionpolicies'], false],
])('%s when the cluster has %j', async (_name, present, trusted) => {
  put('RemediationApproval', { request: { name: 'rr-1', uid: 'u' }, planDigest: `sha256:${'0'.repeat(64)}`, decision: 'Approve', approver: 'ada' });
  const fetch = (async (input: string, init?: RequestInit) => {
    const [, resource] = /admissionregistration\.k8s\.io\/v1\/([^/]+)\//.exec(input) ?? [];
    if (resource && present.includes(resource)) return Response.json({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'X', metadata: { name: APPROVAL_ADMISSION } });
    return hub.fetch(input, init);
  }) as typeof globalThis.fetch;
  const answer = await createSettingsReader(createKubeClient({ server: 'https://hub.test', fetch })).approvals();
  expect(answer).toMatchObject({ trusted, approvals: trusted ? [{ spec: { approver: 'ada' } }] : [] });
});

it('throws where it cannot read, because no answer is not "nothing is forbidden"', async () => {
  const fetch = (async () => new Response('{}', { status: 503 })) as typeof globalThis.fetch;
  await expect(createSettingsReader(createKubeClient({ server: 'https://hub.test', fetch })).policies()).rejects.toThrow();
});
