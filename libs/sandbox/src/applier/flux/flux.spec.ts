import { minutes, seconds, seededRandom } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { findCondition } from '../../physics/runtime/conditions.ts';
import { startPhysics } from '../../physics/physics.ts';
import { cluster, configMap, flux, TESTER, URL } from '../spec-support/bench.ts';
import { GIT_REPOSITORY, KUSTOMIZATION } from './shapes.ts';
import type { GitRepository, Kustomization } from './shapes.ts';

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
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed', message: expect.stringContaining('ConfigMap/nowhere/b not found: namespaces "nowhere" not found') });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '1' } });
  });

  test('refuses a folder with a kustomization.yaml while there is no renderer, and says what is missing', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/kustomization.yaml': 'resources: [a.yaml]\n', 'apps/a.yaml': configMap('a', '1') });
    const shop = flux(bench);
    await bench.clock.run(seconds(5));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'BuildFailed', message: 'apps has to be built, and no kustomize binary was found to build it: put kustomize on the PATH' });
    expect(shop().status?.observedGeneration).toBeUndefined();
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeUndefined();
  });

  const deployment = (image: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: "${image}"}]}}\n`;

  test('with wait is ready only once its Deployments are, and says what it waited for when the time is over', async () => {
    const bench = await cluster();
    bench.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
    const physics = startPhysics({ objects: bench.objects, clock: bench.clock, random: seededRandom(6) });
    const bad = await bench.repository.write({ 'apps/web.yaml': deployment('127.0.0.1:5999/labapp:3') });
    const shop = flux(bench, { wait: true, timeout: '40s' });
    await bench.clock.run(seconds(42));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'HealthCheckFailed', message: "health check failed after 40s: timeout waiting for: [Deployment/shop/web status: 'InProgress']" });
    expect(shop().status).toMatchObject({ lastAttemptedRevision: `main@sha1:${bad}`, inventory: { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] } });
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

  test('puts variables in: those of ConfigMaps and Secrets, then its own, and none where it is told not to', async () => {
    const bench = await cluster();
    bench.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'vars', namespace: 'flux-system' }, data: { region: 'eu', tier: 'gold', copies: '3' } });
    bench.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret', namespace: 'flux-system' }, data: { tier: Buffer.from('silver\n').toString('base64') } });
    const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: ${copies}\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: "app:1"}]}}\n';
    const kept = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: script\n  namespace: shop\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\ndata: {key: "${region}"}\n';
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '${region}-${tier}-${size:-small}-${own}'), 'apps/web.yaml': deployment, 'apps/script.yaml': kept });
    const shop = flux(bench, { postBuild: { substitute: { own: 'x' }, substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }, { kind: 'Secret', name: 'secret' }, { kind: 'ConfigMap', name: 'none', optional: true }] } });
    await bench.clock.run(seconds(3));
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: 'eu-silver-small-x' } });
    expect(bench.objects.get('apps/v1', 'Deployment', 'shop', 'web')).toMatchObject({ spec: { replicas: 3 } });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'script')).toMatchObject({ data: { key: '${region}' } });
    bench.objects.delete('v1', 'ConfigMap', 'flux-system', 'vars');
    await bench.clock.run(minutes(1));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ reason: 'BuildFailed', message: "post build failed for 'ConfigMap.v1.[noGrp]/a': substitute from 'ConfigMap/vars' error: ConfigMap \"vars\" not found" });
  });

  test('is left alone while it is suspended, takes what it applied along when it goes, and keeps what must not be pruned', async () => {
    const bench = await cluster();
    const kept = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}\n';
    const head = await bench.repository.write({ 'apps/a.yaml': configMap('a', '1'), 'apps/kept.yaml': kept });
    const shop = flux(bench);
    await bench.clock.run(seconds(3));
    bench.objects.update<Kustomization>({ ...shop(), spec: { ...shop().spec, suspend: true } }, TESTER);
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '2') });
    await bench.clock.run(minutes(2));
    expect(shop().status).toMatchObject({ lastAttemptedRevision: `main@sha1:${head}`, observedGeneration: 1 });
    bench.objects.update<Kustomization>({ ...shop(), spec: { ...shop().spec, suspend: false } }, TESTER);
    bench.objects.delete(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', 'shop');
    await bench.clock.run(seconds(3));
    expect(bench.objects.get(KUSTOMIZATION.apiVersion, KUSTOMIZATION.kind, 'flux-system', 'shop')).toBeUndefined();
    expect([bench.objects.get('v1', 'ConfigMap', 'shop', 'a'), bench.objects.get('v1', 'ConfigMap', 'shop', 'kept')?.metadata.name]).toEqual([undefined, 'kept']);
  });

  test('says that its folder is not there, and what an object without a namespace would need', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'other/a.yaml': configMap('a', '1') });
    const shop = flux(bench);
    await bench.clock.run(seconds(3));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ reason: 'ArtifactFailed', message: expect.stringMatching(/^kustomization path not found: stat \/tmp\/kustomization-\d+\/apps: no such file or directory$/) });
    await bench.repository.write({ 'apps/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' });
    await bench.clock.run(minutes(1));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ reason: 'ReconciliationFailed', message: 'ConfigMap/a namespace not specified: the server could not find the requested resource\n' });
  });

  test('makes anew what cannot be changed, where the object says that it may', async () => {
    const claim = (storageClassName: string, force: string) => `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/force: "${force}"}}\nspec: {accessModes: [ReadWriteOnce], storageClassName: ${storageClassName}, resources: {requests: {storage: 1Gi}}}\n`;
    const bench = await cluster();
    await bench.repository.write({ 'apps/claim.yaml': claim('slow', 'disabled') });
    const shop = flux(bench);
    await bench.clock.run(seconds(5));
    await bench.repository.write({ 'apps/claim.yaml': claim('fast', 'disabled') });
    await bench.clock.run(minutes(1));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'False', message: expect.stringContaining('spec is immutable after creation') });
    await bench.repository.write({ 'apps/claim.yaml': claim('fast', 'enabled') });
    await bench.clock.run(minutes(1));
    expect(bench.objects.get('v1', 'PersistentVolumeClaim', 'shop', 'data')).toMatchObject({ spec: { storageClassName: 'fast' } });
  });

  test('makes anew what cannot be changed, where the Kustomization says so', async () => {
    const job = (text: string) => `apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, namespace: shop}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: app, args: [${text}]}]}}}\n`;
    const bench = await cluster();
    await bench.repository.write({ 'apps/job.yaml': job('one') });
    const shop = flux(bench, { force: true });
    await bench.clock.run(seconds(5));
    await bench.repository.write({ 'apps/job.yaml': job('two') });
    await bench.clock.run(minutes(1));
    expect(findCondition(shop().status?.conditions, 'Ready')).toMatchObject({ status: 'True' });
    expect(bench.objects.get('batch/v1', 'Job', 'shop', 'migrate')).toMatchObject({ spec: { template: { spec: { containers: [{ args: ['two'] }] } } } });
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

describe('a Flux GitRepository', () => {
  const source = (bench: Awaited<ReturnType<typeof cluster>>) => bench.objects.get<GitRepository>(GIT_REPOSITORY.apiVersion, GIT_REPOSITORY.kind, 'flux-system', 'fleet');
  const following = async (bench: Awaited<ReturnType<typeof cluster>>, ref: GitRepository['spec']['ref'], url = URL) => {
    bench.create({ ...GIT_REPOSITORY, metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { url, interval: '1m', ...(ref ? { ref } : {}) } });
    await bench.clock.run(seconds(3));
    return source(bench)?.status;
  };

  test.each([
    ['a branch', 'main@sha1:', () => ({ branch: 'main' })],
    ['a tag', 'v1@sha1:', () => ({ tag: 'v1' })],
    ['a name', 'refs/tags/v1@sha1:', () => ({ name: 'refs/tags/v1' })],
    ['a commit', 'sha1:', (commit: string) => ({ commit })],
    ['a commit of a branch', 'main@sha1:', (commit: string) => ({ branch: 'main', commit })],
  ])('by %s has an artifact whose revision begins with %s', async (_, prefix, ref) => {
    const bench = await cluster();
    const commit = await bench.repository.write({ 'a.yaml': configMap('a', '1') });
    bench.repository.tag('v1', commit);
    const status = await following(bench, ref(commit));
    expect(status?.artifact?.revision).toBe(`${prefix}${commit}`);
    expect(status?.conditions?.map(({ type, status: is, reason }) => [type, is, reason])).toEqual([['Ready', 'True', 'Succeeded'], ['ArtifactInStorage', 'True', 'Succeeded']]);
  });

  test.each([
    ['an unknown branch', { branch: 'gone' }, URL, `unable to clone '${URL}': couldn't find remote ref "refs/heads/gone"`],
    ['an unknown tag', { tag: 'gone' }, URL, `unable to clone '${URL}': couldn't find remote ref "refs/tags/gone"`],
    ['an unknown repository', { branch: 'main' }, 'http://elsewhere/x.git', "unable to clone 'http://elsewhere/x.git': repository not found: Repository not found"],
  ])('that names %s says so, and is not ready', async (_, ref, url, words) => {
    const bench = await cluster();
    await bench.repository.write({ 'a.yaml': configMap('a', '1') });
    const status = await following(bench, ref, url);
    const message = `failed to checkout and determine revision: ${words}`;
    expect(status?.conditions).toMatchObject([{ type: 'Reconciling', reason: 'ProgressingWithRetry' }, { type: 'Ready', status: 'False', reason: 'GitOperationFailed', message }, { type: 'FetchFailed', status: 'True', reason: 'GitOperationFailed', message }]);
  });
});
