import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
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
