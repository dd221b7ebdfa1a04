import { minutes, seconds, seededRandom } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { startPhysics } from '../../physics/physics.ts';
import { argo, cluster, configMap, TESTER } from '../spec-support/bench.ts';

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

  test('applies what is not refused, tries the rest five times, and then waits for another revision', async () => {
    const bench = await cluster();
    const bad = await bench.repository.write({ 'apps/a.yaml': configMap('a', '1'), 'apps/b.yaml': configMap('b', '1', 'nowhere') });
    const shop = argo(bench);
    await bench.clock.run(seconds(2));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Running', retryCount: 1, message: expect.stringMatching(/^one or more objects failed to apply, reason: namespaces "nowhere" not found due to application controller sync timeout\. Retrying attempt #1 at 9:00AM\.$/) });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
    await bench.clock.run(minutes(10));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Failed', retryCount: 5, message: 'one or more objects failed to apply, reason: namespaces "nowhere" not found (retried 5 times).', syncResult: { revision: bad, resources: [{ name: 'a', status: 'Synced' }, { name: 'b', status: 'SyncFailed' }] } });
    expect(shop().status?.conditions).toMatchObject([{ type: 'SyncError', message: expect.stringMatching(new RegExp(`^Failed sync attempt to ${bad}: one or more`)) }]);
    const good = await bench.repository.write({ 'apps/b.yaml': configMap('b', '1') });
    bench.applier.nudge();
    await bench.clock.run(seconds(2));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: good } });
  });

  test('shows a manifest that cannot be read as a ComparisonError naming the file, and keeps what it knew of the live objects', async () => {
    const bench = await cluster();
    await bench.repository.write({ 'apps/a.yaml': configMap('a', '1'), 'apps/values.yaml': 'replicas: 3\n' });
    const shop = argo(bench);
    await bench.clock.run(seconds(2));
    expect(shop().status?.sync?.status).toBe('Synced');
    await bench.repository.write({ 'apps/b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    bench.applier.nudge();
    await bench.clock.run(seconds(2));
    expect(shop().status).toMatchObject({ sync: { status: 'Unknown' }, resources: [{ name: 'a', status: 'Unknown', requiresPruning: true }], conditions: [{ type: 'ComparisonError', message: expect.stringMatching(/^Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = FailedPrecondition desc = Failed to unmarshal "b\.yaml": failed to unmarshal manifest: /) }] });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
  });

  test('runs hooks around its waves, each wave once the one before is healthy', async () => {
    const bench = await cluster();
    bench.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
    const physics = startPhysics({ objects: bench.objects, clock: bench.clock, random: seededRandom(6) });
    const job = (name: string, hook: string, exit: number) => `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}, namespace: shop, annotations: {argocd.argoproj.io/hook: ${hook}}}\nspec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: app, image: "127.0.0.1:5999/labapp:1", args: ["--exit=${exit}"]}]}}}\n`;
    const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop, annotations: {argocd.argoproj.io/sync-wave: "-1"}}\nspec:\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: "127.0.0.1:5999/labapp:1", args: [--ready-after=10s, --listen=80, --health=/], readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}}]}}\n';
    await bench.repository.write({ 'apps/0.yaml': job('before', 'PreSync', 0), 'apps/web.yaml': web, 'apps/a.yaml': configMap('a', '1'), 'apps/z.yaml': job('after', 'PostSync', 1) });
    const shop = argo(bench, { automated: { prune: true } });
    await bench.clock.run(seconds(8));
    expect(shop().status?.operationState).toMatchObject({ phase: 'Running', message: 'waiting for healthy state of apps/Deployment/web' });
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeUndefined();
    await bench.clock.run(seconds(14));
    expect(bench.objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
    expect(shop().status?.operationState?.message).toMatch(/^one or more synchronization tasks completed unsuccessfully, reason: Job has reached the specified backoff limit/);
    expect(shop().status?.resources?.map(({ name, status }) => [name, status])).toEqual([['a', 'Synced'], ['web', 'Synced']]);
    physics.stop();
  });
});
