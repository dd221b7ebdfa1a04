import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDryRun, createNatsBus, type NatsOptions } from '@fleetmend/bus';
import { seededRandom } from '@fleetmend/kernel';
import { dryRunAdmission, type DryRunAnswer, type KubeObject, type ObjectDiff } from '@fleetmend/model';
import type { GateDecision } from '@fleetmend/plugin-api';
import { systemClock } from '@fleetmend/telemetry';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { dryRunRules } from '../../../apps/dry-run/src/rights.ts';
import { withDryRun } from '../../../libs/stages/src/gate/dry-run.ts';
import { kubectl } from '../boot/kubernetes.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { serviceAccountKubeconfig } from '../boot/service-account.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { ROOT, startFleet, type RunningFleet } from '../product/running-fleet.ts';

const lab = inject('lab');
const folder = mkdtempSync(join(tmpdir(), 'dry-run-'));
const [SYSTEM, SHOP, NAME] = ['dry-run-system', 'dry-run-shop', 'asker'];
const POLICY = 'lab-dry-run';
const PROGRAM = [process.execPath, join(ROOT, 'apps', 'dry-run', 'src', 'main.ts')] as const;
const RBAC = 'rbac.authorization.k8s.io';
const YES: GateDecision = { allow: true, tier: 'T0', violations: [], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } };

const apply = (...items: readonly object[]): Promise<string> => kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
const deployment = (memory: string, replicas = 1): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: SHOP },
  spec: { replicas, selector: { matchLabels: { app: 'checkout' } }, template: { metadata: { labels: { app: 'checkout' } }, spec: { containers: [{ name: 'app', image: 'registry.example.org/checkout:1', resources: { requests: { memory, cpu: '10m' }, limits: { memory, cpu: '10m' } } }] } } },
} as unknown as KubeObject);

let config = '';
let asker: RunningFleet | undefined;
const bus = createNatsBus({ servers: [lab.nats?.url ?? ''], credentials: { kind: 'none' }, clock: systemClock, random: seededRandom(1) } satisfies NatsOptions);
const dryRun = createDryRun(bus.hub());
const ask = (object: KubeObject): Promise<DryRunAnswer | undefined> => dryRun('lab-1', { question: 'dryrun', manager: 'kustomize-controller', objects: [object] });
/** A real write with the process's own token, of something that would do nothing. */
const write = (object: KubeObject): Promise<string> =>
  kubectl({ bin: lab.programs }, { kubeconfig: join(folder, `${NAME}.kubeconfig`), args: ['create', '-f', '-'], input: JSON.stringify({ ...object, metadata: { generateName: 'evil-', namespace: SYSTEM }, spec: { ...(object as { spec?: object }).spec, replicas: 0 } }) });
/** Not their resourceVersion: a node goes on writing statuses. */
const live = async (): Promise<string> => kubectlIn(lab, ['get', 'deployments,pods', '-n', SHOP, '-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.generation};{end}']);

beforeAll(async () => {
  const metadata = { name: POLICY };
  const account = { kind: 'ServiceAccount', name: NAME, namespace: SYSTEM };
  await apply(
    ...[SYSTEM, SHOP].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: SYSTEM } },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules: dryRunRules() },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: POLICY }, subjects: [account] },
    deployment('64Mi'),
  );
  const kubeconfig = await serviceAccountKubeconfig(lab, { namespace: SYSTEM, name: NAME, folder });
  config = join(folder, 'fleetmend.yaml');
  writeFileSync(config, stringify({ dryRun: { cluster: 'lab-1', namespace: SYSTEM, policy: POLICY, kubernetes: { kubeconfig: [kubeconfig] }, bus: { kind: 'nats', servers: [lab.nats?.url] } } }));
}, 60_000);

afterAll(async () => {
  await asker?.kill();
  await bus.close();
  for (const object of dryRunAdmission({ name: POLICY, user: '' })) await kubectlIn(lab, ['delete', object.kind, POLICY, '--ignore-not-found']);
  await kubectlIn(lab, ['delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', 'lab-small', '--ignore-not-found']);
  await kubectlIn(lab, ['delete', 'clusterrole,clusterrolebinding', POLICY, '--ignore-not-found']);
  await kubectlIn(lab, ['delete', 'namespace', SYSTEM, SHOP, '--wait=false']);
  rmSync(folder, { recursive: true, force: true });
});

describe('the dry-run process on a real API server', () => {
  it('refuses to start where it could write', async () => {
    const { status, stderr } = await runCommand([...PROGRAM, '--config', config]);
    expect(stderr).toMatch(/could write Deployment .* for real.*install the ValidatingAdmissionPolicy lab-dry-run/);
    expect(status).toBe(78);
    expect(await ask(deployment('64Mi'))).toBeUndefined();
    await kubectlIn(lab, ['delete', 'deployment', 'fleetmend-dry-run-proof', '-n', SYSTEM]);
  });

  it('serves once its policy denies every real write', async () => {
    await apply(...dryRunAdmission({ name: POLICY, user: `system:serviceaccount:${SYSTEM}:${NAME}` }));
    // A policy takes a moment to be enforced; until then the process refuses, as above.
    await until('the policy is enforced', 30, () => write(deployment('64Mi')).then(() => false, (error: Error) => error.message.includes(`'${POLICY}'`)));
    asker = startFleet({ command: [...PROGRAM, '--config', config] });
    await until('it answers', 20, async () => (await ask(deployment('128Mi'))) !== undefined);
    expect(await ask(deployment('128Mi'))).toEqual({ answer: 'dryrun', asked: 2, refused: [], notes: [] });
    expect(await kubectlIn(lab, ['get', 'deployments,pods', '-n', SYSTEM, '-o', 'name'])).not.toContain('fleetmend-dry-run-proof');
  });

  it('makes the no of a policy of the cluster a violation of the verdict, with its message, and writes nothing', async () => {
    const before = await live();
    await apply(
      { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'lab-small' }, spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }] }, validations: [{ expression: `object.metadata.namespace != '${SHOP}' || object.spec.replicas <= 2`, message: 'two replicas are enough here' }] } },
      { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'lab-small' }, spec: { policyName: 'lab-small', validationActions: ['Deny'] } },
    );
    const edited = deployment('64Mi', 3);
    await until('the cluster enforces its policy', 30, async () => ((await ask(edited))?.refused.length ?? 0) > 0);
    const diff: ObjectDiff = { ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: SHOP, name: 'checkout' }, op: 'Update', paths: ['/spec/replicas'], before: deployment('64Mi'), after: edited };
    const verdict = await withDryRun(YES, { dryRun, clusters: ['lab-1'], diffs: [diff], application: undefined, namespace: SHOP });
    expect(verdict).toMatchObject({ allow: false, violations: [{ id: 'D01', class: 'Unsafe', message: expect.stringMatching(/^lab-1 would refuse Deployment\/.*checkout: .*ValidatingAdmissionPolicy 'lab-small'.*two replicas are enough here/) }] });
    expect(await live()).toBe(before);
  });

  it.each([
    ['a quota', { kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { 'requests.memory': '100Mi' } } }, /exceeded quota: q/],
    ['a LimitRange', { kind: 'LimitRange', metadata: { name: 'q' }, spec: { limits: [{ type: 'Container', max: { memory: '100Mi' } }] } }, /maximum memory usage per Container is 100Mi/],
  ])('brings the no of %s to the pods that the object would make', async (_, object, says) => {
    await apply({ apiVersion: 'v1', ...object, metadata: { ...object.metadata, namespace: SHOP } });
    await until('it is enforced', 30, async () => ((await ask(deployment('128Mi')))?.refused.length ?? 0) > 0);
    expect(await ask(deployment('128Mi'))).toMatchObject({ refused: [{ pod: true, message: expect.stringMatching(says) }] });
    await kubectlIn(lab, ['delete', object.kind, 'q', '-n', SHOP]);
  });

  it('brings the no of Pod Security to the pods', async () => {
    await kubectlIn(lab, ['label', 'namespace', SHOP, 'pod-security.kubernetes.io/enforce=restricted']);
    await until('it is enforced', 30, async () => ((await ask(deployment('64Mi')))?.refused.length ?? 0) > 0);
    expect(await ask(deployment('64Mi'))).toMatchObject({ refused: [{ pod: true, message: expect.stringContaining('violates PodSecurity "restricted:latest"') }] });
  });

  it('is unable to write, whatever it is told to send', async () => {
    await expect(write(deployment('32Mi'))).rejects.toThrow("ValidatingAdmissionPolicy 'lab-dry-run'");
  });
});
