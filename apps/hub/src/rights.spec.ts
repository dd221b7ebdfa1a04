import { createWriter, HUB_MAY_WRITE } from '@fleetmend/k8s';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aHubCluster, type HubClusterFixture } from './kubernetes/hub-cluster.fixture.ts';
import { KINDS } from './kubernetes/kinds.ts';
import { HUB_NAMESPACE_RULES, hubClusterRules } from './rights.ts';

const rules = [...hubClusterRules('fleetmend-system'), ...HUB_NAMESPACE_RULES];
const WRITES = ['create', 'update', 'patch', 'delete'];
/** Created, answered, and never stored. */
const REVIEWS = ['authentication.k8s.io/tokenreviews', 'authorization.k8s.io/subjectaccessreviews'];
const writable = rules.filter(({ verbs }) => verbs.some((verb) => WRITES.includes(verb))).flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource.split('/')[0]}`)));

// The other specs of the hub run with exactly these rights: what is missing fails there.
describe('the rights of a hub', () => {
  it('hold no wildcard, no Secret, and nothing that runs, impersonates or hands out rights', () => {
    const all = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    for (const forbidden of ['*', 'secrets', 'configmaps', 'pods', 'deployments', 'pods/exec', 'serviceaccounts', 'serviceaccounts/token', 'impersonate', 'bind', 'escalate', 'deletecollection', 'clusterroles', 'roles']) expect(all).not.toContain(forbidden);
  });

  it('write what the code lets a hub write, and nothing else', () => {
    const allowed = HUB_MAY_WRITE.flatMap(({ group, resources }) => (resources === 'all' ? [`${group}/*`] : resources.map((resource) => `${group}/${resource}`)));
    expect(new Set(writable)).toEqual(new Set([...allowed, ...REVIEWS]));
  });

  it('change the spec of nothing that people write: policies, bindings and approvals are read', () => {
    for (const { resource } of [KINDS.policy, KINDS.binding, KINDS.approval]) {
      const verbs = rules.filter(({ resources }) => resources.some((one) => one.startsWith(resource))).flatMap((rule) => rule.verbs);
      expect(verbs).toEqual(['list']);
    }
  });
});

describe('a hub that tries to approve', () => {
  let hub: HubClusterFixture;
  beforeEach(() => {
    hub = aHubCluster();
  });
  afterEach(() => hub.close());

  it('is stopped by its own writer, and without that by the API server', async () => {
    const object = { apiVersion: KINDS.approval.apiVersion, kind: KINDS.approval.kind, metadata: { name: 'yes', namespace: 'shop-team' }, spec: { request: { name: 'rr-1', uid: 'u' }, planDigest: `sha256:${'0'.repeat(64)}`, decision: 'Approve', approver: 'ada' } };
    await expect(hub.writer.create(KINDS.approval, object)).rejects.toMatchObject({ reason: 'WriteNotAllowed' });
    const careless = createWriter(hub.client, [{ group: 'fleetmend.dev', resources: 'all' }]);
    await expect(careless.create(KINDS.approval, object)).rejects.toMatchObject({ reason: 'Forbidden' });
  });
});
