import { seconds } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import { findCondition } from '../../physics/runtime/conditions.ts';
import { cluster, configMap, flux } from '../spec-support/bench.ts';
import { describeWith, PROGRAMS } from '../spec-support/programs.ts';
import type { Kustomization } from './shapes.ts';

const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers: [{name: app, image: "app:1"}]\n';
const FILES = {
  'apps/base/kustomization.yaml': 'resources: [web.yaml]\n',
  'apps/base/web.yaml': web,
  'apps/prod/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: replicas.yaml\n',
  'apps/prod/replicas.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 3}\n',
  'apps/parts/more/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [more.yaml]\n',
  'apps/parts/more/more.yaml': configMap('more', '1'),
};

async function applied(spec: Partial<Kustomization['spec']>, files: Readonly<Record<string, string>> = FILES) {
  const bench = await cluster(PROGRAMS);
  await bench.repository.write(files);
  const shop = flux(bench, spec);
  await bench.clock.run(seconds(3));
  expect(bench.errors).toEqual([]);
  return { ...bench, ready: findCondition(shop().status?.conditions, 'Ready'), status: shop().status };
}

describeWith('kustomize', 'a Flux Kustomization that has to be built', () => {
  test('is its overlay with what the object adds: patches, images, components, names', async () => {
    const { objects, ready } = await applied({
      path: './apps/prod',
      patches: [{ patch: '[{"op": "add", "path": "/spec/paused", "value": true}]', target: { kind: 'Deployment' } }],
      images: [{ name: 'app', newTag: '2' }],
      components: ['../parts/more'],
      namePrefix: 'my-',
    });
    expect(ready?.message).toMatch(/^Applied revision/);
    expect(objects.get('apps/v1', 'Deployment', 'shop', 'my-web')).toMatchObject({ spec: { replicas: 3, paused: true, template: { spec: { containers: [{ image: 'app:2' }] } } } });
    expect(objects.get('v1', 'ConfigMap', 'shop', 'my-more')).toBeDefined();
  });

  test('takes plain manifests and the folders with a kustomization of their own below one without', async () => {
    const { objects, status } = await applied({ path: './apps', targetNamespace: 'shop' }, { 'apps/a.yaml': configMap('a', '1', 'elsewhere'), 'apps/deep/b.yaml': configMap('b', '1'), 'apps/web/kustomization.yaml': 'resources: [web.yaml]\n', 'apps/web/web.yaml': web, 'apps/web/unused.yaml': 'not: applied\n' });
    expect(status?.inventory?.entries.map(({ id }) => id)).toEqual(['shop_a__ConfigMap', 'shop_b__ConfigMap', 'shop_web_apps_Deployment']);
    expect(objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
  });

  test('that kustomize refuses says so in the words of kustomize', async () => {
    const { ready } = await applied({ path: './apps/prod' }, { ...FILES, 'apps/prod/kustomization.yaml': 'resources: [../base, missing.yaml]\n' });
    expect(ready).toMatchObject({ status: 'False', reason: 'BuildFailed', message: expect.stringMatching(/^kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'missing.yaml': .*\/tmp\/kustomization-\d+\/apps\/prod\/missing.yaml: no such file or directory/) });
  });
});
