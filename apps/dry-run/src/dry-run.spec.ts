import { seededRandom } from '@fleetmend/kernel';
import { dryRunAdmission, type DryRunAnswer, type KubeObject } from '@fleetmend/model';
import { createApiServer, openStore, type ApiServer } from '@fleetmend/sandbox';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAskApi } from './ask-api.ts';
import { startDryRun } from './dry-run.ts';
import { dryRunRules } from './rights.ts';

const NAMESPACE = 'fleetmend-system';
const USER = `system:serviceaccount:${NAMESPACE}:fleetmend-agent-dry-run`;
const POLICY = 'fleetmend-agent-dry-run';
const MIB = { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '10m', memory: '64Mi' } };

let clock: VirtualClock;
let api: ApiServer;
let store: ReturnType<typeof openStore>;
/** Answers instead of the API server. */
let instead: ((request: Request) => Response | undefined) | undefined;
beforeEach(() => {
  clock = new VirtualClock();
  instead = undefined;
  store = openStore({ path: ':memory:' });
  api = createApiServer({ name: 'prod-1', store, clock, random: seededRandom(1) });
  for (const name of [NAMESPACE, 'shop']) put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'dry-run' } };
  put({ ...rbac, kind: 'ClusterRole', rules: dryRunRules() });
  put({ ...rbac, kind: 'ClusterRoleBinding', roleRef: { kind: 'ClusterRole', name: 'dry-run' }, subjects: [{ kind: 'ServiceAccount', namespace: NAMESPACE, name: 'fleetmend-agent-dry-run' }] });
});
afterEach(() => {
  api.close();
  store.close();
});

const put = (object: object) => api.objects.create(object as KubeObject, { manager: 'test' });
const install = () => dryRunAdmission({ name: POLICY, user: USER }).forEach(put);
const fetchAs = (async (url: string, init: RequestInit) => {
  const request = new Request(url, init);
  return instead?.(request.clone()) ?? api.fetch(request, { user: USER, groups: ['system:authenticated', 'system:serviceaccounts'] });
}) as typeof fetch;
const start = () => startDryRun({ ask: createAskApi({ server: 'https://prod-1', fetch: fetchAs, headers: async () => ({}) }), namespace: NAMESPACE, policy: POLICY, clock });

const deployment = (container: object = {}, spec: object = {}): KubeObject =>
  ({
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout', namespace: 'shop' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'checkout' } }, ...spec, template: { metadata: { labels: { app: 'checkout' } }, spec: { containers: [{ name: 'app', image: 'registry.example.org/checkout:1', resources: MIB, ...container }] } } },
  }) as unknown as KubeObject;

async function ask(...objects: readonly KubeObject[]): Promise<DryRunAnswer> {
  const reply = await (await start())({ question: 'dryrun', manager: 'kustomize-controller', objects: [...objects] });
  if (reply.answer !== 'dryrun') throw new Error(reply.message);
  return reply;
}
/** Everything that is stored, but for what the server keeps by itself. */
const stored = () => ['Deployment', 'Pod'].flatMap((kind) => api.objects.list(kind === 'Pod' ? 'v1' : 'apps/v1', kind).map(({ metadata }) => `${kind}/${metadata.name}`));

describe('a dry-run process', () => {
  it('refuses to serve where it could write, and says what to install', async () => {
    await expect(start()).rejects.toMatchObject({ reason: 'NotHarmless', message: expect.stringMatching(/could write Deployment .* for real.*ValidatingAdmissionPolicy fleetmend-agent-dry-run.*dryRun\.enabled/) });
  });

  it('refuses to serve where only some writes are denied', async () => {
    const [policy, binding] = dryRunAdmission({ name: POLICY, user: USER }) as unknown as readonly { spec: object }[];
    put({ ...policy, spec: { ...policy?.spec, matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] } } });
    put(binding ?? {});
    await expect(start()).rejects.toMatchObject({ reason: 'NotHarmless', message: expect.stringContaining('could write Pod') });
  });

  it('refuses to serve where something else denied the write', async () => {
    dryRunAdmission({ name: 'other', user: USER }).forEach(put);
    await expect(start()).rejects.toMatchObject({ reason: 'NotHarmless', message: expect.stringMatching(/not by ValidatingAdmissionPolicy fleetmend-agent-dry-run.*'other'/) });
  });

  it('tells missing rights and an API server that is away from a missing policy', async () => {
    install();
    instead = () => Response.json({ kind: 'Status', message: `deployments.apps "x" is forbidden: User "${USER}" cannot patch resource "deployments"` }, { status: 403 });
    await expect(start()).rejects.toMatchObject({ reason: 'NotAllowed' });
    instead = () => Response.json({ kind: 'Status', message: 'etcd is away' }, { status: 500 });
    await expect(start()).rejects.toThrow(expect.objectContaining({ name: 'Error', message: expect.stringContaining('etcd is away') }));
  });

  it('serves where every real write is denied, takes what the cluster takes, and writes nothing', async () => {
    install();
    expect(await ask(deployment())).toEqual({ answer: 'dryrun', asked: 2, refused: [], notes: [] });
    expect(stored()).toEqual([]);
  });

  it('brings the no of an admission policy of the cluster, with its message', async () => {
    install();
    put({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'at-most-two' }, spec: { matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }] }, validations: [{ expression: 'object.spec.replicas <= 2', message: 'two replicas are enough' }] } });
    put({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'at-most-two' }, spec: { policyName: 'at-most-two', validationActions: ['Deny'] } });
    const { refused } = await ask(deployment({}, { replicas: 3 }));
    expect(refused).toEqual([{ ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, pod: false, message: expect.stringMatching(/'at-most-two' denied request: two replicas are enough/) }]);
    expect(stored()).toEqual([]);
  });

  it.each<[string, object, object, RegExp]>([
    ['a quota', { kind: 'ResourceQuota', metadata: { name: 'small' }, spec: { hard: { 'requests.memory': '32Mi' } } }, {}, /exceeded quota: small/],
    ['a LimitRange', { kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits: [{ type: 'Container', max: { memory: '32Mi' } }] } }, {}, /maximum memory usage per Container is 32Mi/],
  ])('brings the no of %s to the pods', async (_, object, container, says) => {
    install();
    put({ apiVersion: 'v1', ...object, metadata: { namespace: 'shop', ...(object as { metadata: object }).metadata } });
    expect((await ask(deployment(container))).refused).toMatchObject([{ pod: true, message: expect.stringMatching(says) }]);
  });

  it('brings the no of Pod Security to the pods', async () => {
    install();
    const [shop] = api.objects.list('v1', 'Namespace').filter(({ metadata }) => metadata.name === 'shop');
    api.objects.update({ ...shop, metadata: { ...shop?.metadata, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } } as KubeObject, { manager: 'test' });
    expect((await ask(deployment())).refused).toMatchObject([{ pod: true, message: expect.stringContaining('violates PodSecurity "restricted:latest"') }]);
  });

  it('lets a quota that is full by itself pass where the old pod goes before the new one comes', async () => {
    install();
    put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small', namespace: 'shop' }, spec: { hard: { 'requests.memory': '32Mi' } } });
    const answer = await ask(deployment({}, { strategy: { type: 'Recreate' } }));
    expect(answer).toMatchObject({ refused: [], notes: [expect.stringMatching(/a rollout of Deployment\/shop\/checkout needs none: .*exceeded quota/)] });
  });

  it('takes a webhook that cannot be asked, a broken one and a lack of rights for no answer to the change', async () => {
    install();
    const answer = await start();
    const status = (code: number, message: string) => (request: Request) => (request.url.includes('dryRun=All') ? Response.json({ kind: 'Status', message }, { status: code }) : undefined);
    const question = { question: 'dryrun' as const, manager: 'm', objects: [deployment()] };
    instead = status(400, 'admission webhook "x" does not support dry run');
    expect(await answer(question)).toMatchObject({ answer: 'dryrun', refused: [], notes: [expect.stringContaining('does not support dry run'), expect.anything()] });
    instead = status(500, 'failed calling webhook "x"');
    expect(await answer(question)).toMatchObject({ answer: 'refusal', reason: 'Unavailable', message: expect.stringContaining('failed calling webhook') });
    instead = status(403, `deployments.apps "checkout" is forbidden: User "${USER}" cannot patch resource "deployments"`);
    expect(await answer(question)).toMatchObject({ answer: 'refusal', reason: 'Unavailable' });
  });

  it('asks as the engine would: its field manager, by force, and a pod that its controller owns', async () => {
    install();
    const answer = await start();
    const asked: { method: string; url: string; body: string }[] = [];
    instead = (request) => {
      void request.text().then((body) => asked.push({ method: request.method, url: request.url, body }));
      return undefined;
    };
    await answer({ question: 'dryrun', manager: 'kustomize-controller', objects: [deployment()] });
    expect(asked.map(({ method, url }) => [method, url.replace('https://prod-1', '')])).toEqual([
      ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/checkout?dryRun=All&fieldManager=kustomize-controller&force=true'],
      ['POST', '/api/v1/namespaces/shop/pods?dryRun=All&fieldManager=kustomize-controller'],
    ]);
    expect(JSON.parse(asked[1]?.body ?? '')).toMatchObject({ metadata: { generateName: 'checkout-', labels: { app: 'checkout' }, ownerReferences: [{ kind: 'ReplicaSet', controller: true }] } });
  });

  it('asks about nothing but what a repair may change', async () => {
    install();
    expect(await ask({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'x' } } as KubeObject)).toMatchObject({ asked: 0, refused: [], notes: [expect.stringContaining('was not asked about')] });
  });

  it('answers no more once the policy was taken away', async () => {
    install();
    const answer = await start();
    api.objects.delete('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', '', POLICY);
    await clock.run(61_000);
    expect(await answer({ question: 'dryrun', manager: 'm', objects: [deployment()] })).toMatchObject({ answer: 'refusal', reason: 'NotHarmless' });
  });
});
