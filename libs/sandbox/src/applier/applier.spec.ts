import { minutes, seconds, seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, test } from 'vitest';
import { createApiServer } from '../api/api-server.ts';
import type { KubeObject } from '../objects.ts';
import { findCondition } from '../physics/runtime/conditions.ts';
import { startPhysics } from '../physics/physics.ts';
import { openStore } from '../store/store.ts';
import { engineCrds } from '../world/engine-crds.ts';
import { startApplier } from './applier.ts';
import { APPLICATION } from './argocd-shapes.ts';
import type { Application } from './argocd-shapes.ts';
import { GIT_REPOSITORY, KUSTOMIZATION } from './flux-shapes.ts';
import type { Kustomization } from './flux-shapes.ts';
import { memoryRepository } from './spec-support/memory-repository.ts';

const TESTER = { manager: 'spec' } as const;
const URL = 'http://git.example/fleet.git';

const configMap = (name: string, value: string, namespace = 'shop') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {key: "${value}"}\n`;

async function cluster() {
  const clock = new VirtualClock();
  const { objects } = createApiServer({ name: 'prod-1', store: openStore({ path: ':memory:' }), clock, random: seededRandom(5) });
  const repository = memoryRepository();
  const errors: unknown[] = [];
  const create = (object: KubeObject) => objects.create(object, TESTER);
  for (const crd of engineCrds()) create(crd);
  for (const name of ['flux-system', 'argocd', 'shop']) create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const applier = startApplier({ objects, clock, repositories: (url) => (url === URL ? repository : undefined), failed: ({ error }) => errors.push(error) });
  return { clock, objects, repository, applier, errors, create };
}

type Bench = Awaited<ReturnType<typeof cluster>>;

function flux({ create, objects }: Bench, spec: Partial<Kustomization['spec']> = {}): () => Kustomization {
  create({ ...GIT_REPOSITORY, metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { url: URL, interval: '1m', ref: { branch: 'main' } } });
  create({ ...KUSTOMIZATION, metadata: { name: 'shop', namespace: 'flux-system' }, spec: { path: './apps', interval: '1m', retryInterval: '5s', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec } });
  return () => {
    const found = objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', 'shop');
    if (!found) throw new Error('the Kustomization is gone');
    return found;
  };
}

function argo({ create, objects }: Bench, syncPolicy: Application['spec']['syncPolicy'] = { automated: { prune: true, selfHeal: true } }): () => Application {
  create({ ...APPLICATION, metadata: { name: 'shop', namespace: 'argocd' }, spec: { project: 'default', source: { repoURL: URL, path: 'apps', targetRevision: 'main' }, destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, syncPolicy } });
  return () => {
    const found = objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', 'shop');
    if (!found) throw new Error('the Application is gone');
    return found;
  };
}

describe('a Flux Kustomization', () => {
  test('is ready at the applied revision, with an inventory and labelled objects', async () => {
    const bench = await cluster();
    const head = await bench.repository.write({ 'apps/a.yaml': configMap('a', '1'), 'apps/deep/b.yaml': configMap('b', '1'), 'other/c.yaml': configMap('c', '1') });
    const shop = flux(bench);
    await bench.clock.run(seconds(5));
    expect(shop().status).toMatchObject({ lastAppliedRevision: `main@sha1:${head}`, observedGeneration: 1, inventory: { entries: [{ id: 'shop_a__ConfigMap', v: 'v1' }, { id: 'shop_b__ConfigMap', v: 'v1' }] } });
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'True', reason: 'ReconciliationSucceeded', message: `Applied revision: main@sha1:${head}` });
    const applied = bench.objects.get('v1', 'ConfigMap', 'shop', 'a');
    expect(applied?.metadata.labels).toEqual({ 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' });
    expect(applied?.metadata.managedFields).toMatchObject([{ manager: 'kustomize-controller', operation: 'Apply' }]);
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'c')).toBeUndefined();
    expect(bench.errors).toEqual([]);
  });

  test('follows a moved branch at once when nudged, and prunes what disappeared', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1'), 'apps/b.yaml': configMap('b', '1') });
    const shop = flux(bench);
    await bench.clock.run(seconds(5));
    const head = await bench.repository.write({ 'apps/a.yaml': configMap('a', '2'), 'apps/b.yaml': null });
    bench.applier.nudge();
    await bench.clock.run(seconds(1));
    expect(shop().status?.lastAppliedRevision).toBe(`main@sha1:${head}`);
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '2' } });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'b')).toBeUndefined();
  });

  test('looks again when its source is annotated with a request, and says that it did', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    flux(bench);
    await bench.clock.run(seconds(5));
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '2') });
    const source = () => bench.objects.get(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, 'flux-system', 'fleet');
    const found = source();
    if (!found) throw new Error('the GitRepository is gone');
    bench.objects.update<KubeObject>({ ...found, metadata: { ...found.metadata, annotations: { 'reconcile.fluxcd.io/requestedAt': '42' } } }, TESTER);
    await bench.clock.run(seconds(2));
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '2' } });
    expect(source()?.['status']).toMatchObject({ lastHandledReconcileAt: '42' });
  });

  test('follows a moved branch at its interval without being told', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    flux(bench);
    await bench.clock.run(seconds(5));
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '2') });
    await bench.clock.run(minutes(1));
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '2' } });
  });

  test('applies nothing of a revision with a refused object, says which, and keeps the last applied revision', async () => {
    const bench = await cluster();
    const good = await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    const shop = flux(bench);
    await bench.clock.run(seconds(5));
    const bad = await bench.repository.write({ 'apps/a.yaml': configMap('a', '2'), 'apps/b.yaml': configMap('b', '1', 'nowhere') });
    bench.applier.nudge();
    await bench.clock.run(seconds(2));
    expect(shop().status).toMatchObject({ lastAppliedRevision: `main@sha1:${good}`, lastAttemptedRevision: `main@sha1:${bad}` });
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed', message: expect.stringContaining('ConfigMap/nowhere/b dry-run failed') });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '1' } });
  });

  test('refuses a folder with a kustomization.yaml while there is no renderer, and says what is missing', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/kustomization.yaml': 'resources: [a.yaml]\n', 'apps/a.yaml': configMap('a', '1') });
    const shop = flux(bench);
    await bench.clock.run(seconds(5));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'BuildFailed', message: 'apps has a kustomization.yaml, and no kustomize binary was found to build it: put kustomize on the PATH' });
    expect(shop().status?.observedGeneration).toBeUndefined();
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeUndefined();
  });

  const deployment = (image: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: "${image}"}]}}\n`;

  test('with wait is ready only once its Deployments are, and says what it waited for when the time is over', async () => {
    const bench = await cluster();
    bench.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
    const physics = startPhysics({ objects: bench.objects, clock: bench.clock, random: seededRandom(6) });
    const bad = await bench.repository.write({ 'apps/web.yaml': deployment('127.0.0.1:5999/labapp:3') });
    const shop = flux(bench, { wait: true, timeout: '20s' });
    await bench.clock.run(seconds(25));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'HealthCheckFailed', message: "health check failed after 20s: timeout waiting for: [Deployment/shop/web status: 'InProgress']" });
    expect(shop().status).toMatchObject({ lastAttemptedRevision: `main@sha1:${bad}` });
    const good = await bench.repository.write({ 'apps/web.yaml': deployment('127.0.0.1:5999/labapp:1') });
    bench.applier.nudge();
    await bench.clock.run(seconds(30));
    expect(shop().status).toMatchObject({ lastAppliedRevision: `main@sha1:${good}` });
    physics.stop();
  });

  test('that it applies itself is followed, too, after those it depends on', async () => {
    const bench = await cluster();
    const nested = (name: string, path: string, dependsOn = '') => `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec: {path: ./${path}, interval: 1m, prune: true, sourceRef: {kind: GitRepository, name: fleet}${dependsOn}}\n`;
    await bench.repository.write({ 'apps/one.yaml': nested('one', 'one', ', dependsOn: [{name: two}]'), 'apps/two.yaml': nested('two', 'two'), 'one/a.yaml': configMap('a', '1'), 'two/b.yaml': 'not: an object\n' });
    flux(bench);
    const ready = (name: string) => findCondition(bench.objects.get<Kustomization>(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', name)?.status?.conditions, 'Ready');
    await bench.clock.run(seconds(10));
    expect(ready('one')).toMatchObject({ status: 'False', reason: 'DependencyNotReady', message: "dependency 'flux-system/two' is not ready" });
    expect(ready('two')).toMatchObject({ status: 'False', reason: 'BuildFailed' });
    await bench.repository.write({ 'two/b.yaml': configMap('b', '1') });
    bench.applier.nudge();
    await bench.clock.run(seconds(40));
    expect([ready('one')?.status, ready('two')?.status]).toEqual(['True', 'True']);
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
  });

  test('undoes a hand edit at its next interval', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    flux(bench);
    await bench.clock.run(seconds(5));
    bench.objects.apply<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { key: 'edited' } }, { manager: 'kubectl-edit', force: true });
    await bench.clock.run(minutes(1));
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '1' } });
  });
});

describe('an Argo CD Application', () => {
  test('is Synced at the head, with a succeeded operation, its resources and tracked objects', async () => {
    const bench = await cluster();
    const head = await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    const shop = argo(bench);
    await bench.clock.run(seconds(5));
    expect(shop().status).toMatchObject({
      sync: { status: 'Synced', revision: head },
      health: { status: 'Healthy' },
      operationState: { phase: 'Succeeded', message: 'successfully synced (all tasks run)', syncResult: { revision: head, resources: [{ kind: 'ConfigMap', name: 'a', status: 'Synced' }] } },
      resources: [{ version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a', status: 'Synced' }],
      history: [{ id: 0, revision: head }],
    });
    const applied = bench.objects.get('v1', 'ConfigMap', 'shop', 'a');
    expect(applied?.metadata.annotations).toEqual({ 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:shop/a' });
    expect(applied?.metadata.managedFields).toMatchObject([{ manager: 'argocd-controller' }]);
    expect(bench.errors).toEqual([]);
  });

  test('prunes, and names the new revision in its operation', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1'), 'apps/b.yaml': configMap('b', '1') });
    const shop = argo(bench);
    await bench.clock.run(seconds(5));
    const head = await bench.repository.write({ 'apps/b.yaml': null });
    bench.applier.nudge();
    await bench.clock.run(seconds(2));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: head } });
    expect(shop().status?.resources?.map(({ name }) => name)).toEqual(['a']);
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'b')).toBeUndefined();
  });

  test('keeps the namespaces that it made, whatever namespace its destination names', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: search}\n', 'apps/a.yaml': configMap('a', '1', 'search') });
    const shop = argo(bench);
    await bench.clock.run(minutes(5));
    expect(shop().status?.resources).toEqual([
      { version: 'v1', kind: 'ConfigMap', namespace: 'search', name: 'a', status: 'Synced' },
      { version: 'v1', kind: 'Namespace', name: 'search', status: 'Synced' },
    ]);
    expect(bench.objects.get('v1', 'ConfigMap', 'search', 'a')).toBeDefined();
  });

  test('compares when it is annotated for a refresh, and takes the annotation off', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    const shop = argo(bench);
    await bench.clock.run(seconds(5));
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '2') });
    bench.objects.update<KubeObject>({ ...shop(), metadata: { ...shop().metadata, annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }, TESTER);
    await bench.clock.run(seconds(2));
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '2' } });
    expect(shop().metadata.annotations ?? {}).toEqual({});
  });

  test('leaves a hand edit alone without selfHeal, and shows it as OutOfSync', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
    const shop = argo(bench, { automated: { prune: true } });
    await bench.clock.run(seconds(5));
    bench.objects.apply<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { key: 'edited' } }, { manager: 'kubectl-edit', force: true });
    await bench.clock.run(minutes(4));
    expect(shop().status?.sync?.status).toBe('OutOfSync');
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: 'edited' } });
  });

  test('reports a failed operation with the refusal, retries it five times, and then waits for another revision', async () => {
    const bench = await cluster();
    const bad = await bench.repository.write({ 'apps/b.yaml': configMap('b', '1', 'nowhere') });
    const shop = argo(bench);
    await bench.clock.run(minutes(10));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Failed', retryCount: 5, message: expect.stringContaining('namespaces "nowhere" not found'), syncResult: { revision: bad } });
    const good = await bench.repository.write({ 'apps/b.yaml': configMap('b', '1') });
    bench.applier.nudge();
    await bench.clock.run(seconds(2));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: good } });
  });

  test('shows a manifest that is no Kubernetes object as a ComparisonError naming the file', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/values.yaml': 'replicas: 3\n' });
    const shop = argo(bench);
    await bench.clock.run(seconds(2));
    expect(shop().status?.conditions).toMatchObject([{ type: 'ComparisonError', message: expect.stringContaining('apps/values.yaml holds a document without apiVersion and kind') }]);
  });
});
