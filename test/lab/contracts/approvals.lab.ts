import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createKubeClient, createWriter, loadKubeconfig } from '@fleetmend/k8s';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KINDS } from '../../../apps/hub/src/kubernetes/kinds.ts';
import { createSettingsReader } from '../../../apps/hub/src/kubernetes/settings-reader.ts';
import { kubectl } from '../boot/kubernetes.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { serviceAccountKubeconfig } from '../boot/service-account.ts';

const lab = inject('lab');
const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const NAMESPACE = 'approvals';
const folder = mkdtempSync(join(tmpdir(), 'approvals-'));
const RBAC = { apiGroup: 'rbac.authorization.k8s.io' };

const approval = (name: string, approver: string, extra: object = {}): object => ({
  apiVersion: 'fleetmend.dev/v1alpha1',
  kind: 'RemediationApproval',
  metadata: { name, namespace: NAMESPACE },
  spec: { request: { name: 'rr-1', uid: 'u' }, planDigest: `sha256:${'0'.repeat(64)}`, decision: 'Approve', approver, ...extra },
});
const createAs = (user: string, object: object): Promise<string> => kubectlIn(lab, ['create', '--as', user, '-f', '-'], JSON.stringify(object));
const refusal = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'it was taken', (error: Error) => error.message);
const tokenOf = (name: string, namespace: string): Promise<string> => serviceAccountKubeconfig(lab, { name, namespace, folder });

beforeAll(async () => {
  // What the install guide says, word by word.
  await kubectlIn(lab, ['apply', '--server-side', '-f', join(ROOT, 'crds')]);
  await kubectlIn(lab, ['create', 'namespace', NAMESPACE]);
  await refusal(kubectlIn(lab, ['create', 'namespace', 'fleetmend-system']));
  for (const part of ['hub', 'agent']) await kubectlIn(lab, ['apply', '-f', join(ROOT, 'charts', `fleetmend-${part}`, 'rbac.yaml')]);
  const subjects = [...['ada', 'bob'].map((name) => ({ kind: 'User', name, ...RBAC })), { kind: 'ServiceAccount', name: 'bot', namespace: NAMESPACE }];
  const role = { apiVersion: `${RBAC.apiGroup}/v1`, metadata: { name: 'approvers', namespace: NAMESPACE } };
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot', namespace: NAMESPACE } },
    { ...role, kind: 'Role', rules: [{ apiGroups: ['fleetmend.dev'], resources: ['remediationapprovals'], verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'] }] },
    { ...role, kind: 'RoleBinding', subjects, roleRef: { ...RBAC, kind: 'Role', name: 'approvers' } },
  ];
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await until('the API server enforces the policy', 30, async () => (await refusal(kubectlIn(lab, ['create', '--as', 'ada', '--dry-run=server', '-f', '-'], JSON.stringify(approval('probe', 'bob'))))).includes('fleetmend-approvals'));
}, 60_000);

afterAll(async () => {
  // Journeys use the same API server, and install their own rights.
  await kubectlIn(lab, ['delete', 'namespace', NAMESPACE, '--wait=false']);
  rmSync(folder, { recursive: true, force: true });
});

describe('an approval on a real API server', () => {
  it('is taken from the person that it names', async () => {
    expect(await createAs('ada', approval('by-ada', 'ada'))).toContain('created');
  });

  it('is not taken under the name of somebody else', async () => {
    expect(await refusal(createAs('ada', approval('for-bob', 'bob')))).toMatch(/ValidatingAdmissionPolicy 'fleetmend-approvals' with binding 'fleetmend-approvals' denied request: .*the user who asks, ada, and says bob/);
  });

  it('is not taken from a service account, though it holds the right and names itself', async () => {
    const kubeconfig = await tokenOf('bot', NAMESPACE);
    const attempt = kubectl({ bin: lab.programs }, { kubeconfig, args: ['create', '-f', '-'], input: JSON.stringify(approval('by-bot', `system:serviceaccount:${NAMESPACE}:bot`)) });
    expect(await refusal(attempt)).toContain('a person has to');
  });

  it.each([
    ['its decision', { spec: { decision: 'Reject' } }],
    ['its labels', { metadata: { labels: { team: 'a' } } }],
  ])('does not change afterwards: %s', async (_name, patch) => {
    const attempt = kubectlIn(lab, ['patch', 'rappr', 'by-ada', '-n', NAMESPACE, '--as', 'ada', '--type', 'merge', '--patch', JSON.stringify(patch)]);
    expect(await refusal(attempt)).toContain('cannot be changed');
  });

  it('can be taken back by deleting it, also where something waits for that', async () => {
    const held = { ...approval('held', 'ada'), metadata: { name: 'held', namespace: NAMESPACE, finalizers: ['example.dev/keep'] } };
    await createAs('ada', held);
    await kubectlIn(lab, ['delete', 'rappr', 'held', '-n', NAMESPACE, '--as', 'ada', '--wait=false']);
    await kubectlIn(lab, ['patch', 'rappr', 'held', '-n', NAMESPACE, '--type', 'merge', '--patch', '{"metadata":{"finalizers":null}}']);
    await until('it is gone', 20, async () => (await kubectlIn(lab, ['get', 'rappr', '-n', NAMESPACE, '-o', 'name'])).trim() === 'remediationapproval.fleetmend.dev/by-ada');
  });
});

describe('the hub and approvals, with the token of its ServiceAccount', () => {
  it('may not make one', async () => {
    const connection = loadKubeconfig({ files: [await tokenOf('fleetmend-hub', 'fleetmend-system')] });
    const careless = createWriter(createKubeClient({ ...connection, userAgent: 'fleetmend-lab' }), [{ group: 'fleetmend.dev', resources: 'all' }]);
    const attempt = careless.create(KINDS.approval, approval('by-hub', 'ada') as Parameters<typeof careless.create>[1]);
    expect(await refusal(attempt)).toContain('cannot create resource "remediationapprovals"');
    await connection.close();
  });

  it('counts them while the policy stands, and none once its binding only warns', async () => {
    const connection = loadKubeconfig({ files: [await tokenOf('fleetmend-hub', 'fleetmend-system')] });
    const settings = createSettingsReader(createKubeClient({ ...connection, userAgent: 'fleetmend-lab' }));
    const setActions = (actions: string): Promise<string> => kubectlIn(lab, ['patch', 'validatingadmissionpolicybinding', 'fleetmend-approvals', '--type', 'merge', '--patch', `{"spec":{"validationActions":${actions}}}`]);
    expect(await settings.approvals()).toMatchObject({ trusted: true, approvals: [{ name: 'by-ada', spec: { approver: 'ada' } }] });
    await setActions('["Warn"]');
    expect(await settings.approvals()).toEqual({ trusted: false, approvals: [] });
    await setActions('["Deny"]');
    expect((await settings.approvals()).trusted).toBe(true);
    await connection.close();
  });
});

describe('what `kubectl auth can-i --list` shows', () => {
  /** Resource → verbs, of what goes beyond what every authenticated client may do. */
  const rightsOf = async (name: string): Promise<ReadonlyMap<string, readonly string[]>> => {
    const table = await kubectlIn(lab, ['auth', 'can-i', '--list', '--as', `system:serviceaccount:fleetmend-system:${name}`, '--as-group', 'system:serviceaccounts', '-n', 'fleetmend-system']);
    const rows = table.split('\n').slice(1).map((line) => /^(\S+)\s+\[.*?\]\s+\[.*?\]\s+\[(.*)\]$/.exec(line.trim()));
    return new Map(rows.flatMap((row) => (row?.[1] && !row[1].startsWith('self') && !row[1].startsWith('[') ? [[row[1], (row[2] ?? '').split(' ')] as const] : [])));
  };
  const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection', '*'];
  const writesOf = (rights: ReadonlyMap<string, readonly string[]>): readonly string[] => [...rights].filter(([, verbs]) => verbs.some((verb) => WRITES.includes(verb))).map(([resource]) => resource).toSorted();

  it('of the hub: writes to its own objects, and no Secret', async () => {
    const rights = await rightsOf('fleetmend-hub');
    expect(writesOf(rights)).toEqual(['events', 'fleetclusters.fleetmend.dev', 'fleetclusters.fleetmend.dev/status', 'leases.coordination.k8s.io', 'policyrollouts.fleetmend.dev/status', 'remediationrequests.fleetmend.dev', 'remediationrequests.fleetmend.dev/status', 'subjectaccessreviews.authorization.k8s.io', 'tokenreviews.authentication.k8s.io']);
    expect(rights.get('remediationapprovals.fleetmend.dev')).toEqual(['list']);
    expect([...rights.keys()].filter((resource) => resource === '*' || resource === '*.*' || resource.startsWith('secrets'))).toEqual([]);
  });

  it('of the agent: reading alone, and neither Secrets nor ConfigMaps', async () => {
    const rights = await rightsOf('fleetmend-agent');
    expect(rights.get('pods')).toEqual(['get', 'list', 'watch']);
    expect(writesOf(rights)).toEqual([]);
    expect([...rights.keys()].filter((resource) => /^(\*|secrets|configmaps)/.test(resource))).toEqual([]);
  });
});
