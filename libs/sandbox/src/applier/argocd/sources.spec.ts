import { seconds } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { argo, cluster, configMap, URL } from '../spec-support/bench.ts';
import { describeWith, PROGRAMS } from '../spec-support/programs.ts';
import { APPLICATION } from './shapes.ts';
import type { Application, ApplicationSource } from './shapes.ts';

const CHART = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'charts/web/values.yaml': '{chart: chart, file: chart, second: chart, inline: chart, object: chart, parameter: chart}\n',
  'charts/web/templates/shown.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: shown, namespace: {{ .Release.Namespace }}}
data: {{ dict "values" (.Values | toJson) "release" .Release.Name "apps" (.Capabilities.APIVersions.Has "apps/v1/Deployment" | toString) | toJson }}
`,
} as const;

async function synced(spec: Partial<Application['spec']>, files: Readonly<Record<string, string>>) {
  const bench = await cluster(PROGRAMS);
  const head = await bench.repository.write(files);
  const { source: _, ...rest } = { source: undefined, project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, syncPolicy: { automated: { prune: true, selfHeal: true } }, ...spec };
  bench.create({ ...APPLICATION, metadata: { name: 'shop', namespace: 'argocd' }, spec: { ...rest, ...(spec.source ? { source: spec.source } : {}) } });
  await bench.clock.run(seconds(3));
  expect(bench.errors).toEqual([]);
  const application = bench.objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', 'shop');
  const shown = () => (bench.objects.get('v1', 'ConfigMap', 'shop', 'shown') as (KubeObject & { readonly data: Readonly<Record<string, string>> }) | undefined)?.data;
  return { ...bench, head, status: application?.status, shown, values: () => JSON.parse(shown()?.['values'] ?? '{}') as Readonly<Record<string, unknown>> };
}

const from = (more: Partial<ApplicationSource> = {}): ApplicationSource => ({ repoURL: URL, path: 'charts/web', targetRevision: 'main', ...more });

describeWith('helm', 'an Application of a chart', () => {
  test('takes parameters over values of its own over files, later ones first, over the chart', async () => {
    const all = (text: string, keys: readonly string[]) => `${keys.map((key) => `${key}: ${text}`).join('\n')}\n`;
    const { values, status } = await synced(
      { source: from({ helm: { valueFiles: ['one.yaml', '/env/two.yaml'], values: all('text', ['inline', 'object', 'parameter']), parameters: [{ name: 'parameter', value: 'a,b' }, { name: 'number', value: '1', forceString: true }, { name: 'list', value: '{x,y}' }], fileParameters: [{ name: 'certificate', path: '/env/ca.pem' }] } }) },
      { ...CHART, 'charts/web/one.yaml': all('one', ['file', 'second', 'inline', 'object', 'parameter']), 'env/two.yaml': all('two', ['second', 'inline', 'object', 'parameter']), 'env/ca.pem': 'PEM' },
    );
    expect(values()).toEqual({ chart: 'chart', file: 'one', second: 'two', inline: 'text', object: 'text', parameter: 'a,b', number: '1', list: ['x', 'y'], certificate: 'PEM' });
    expect(status).toMatchObject({ sourceType: 'Helm', sync: { status: 'Synced' } });
  });

  test('prefers valuesObject to values, knows its build environment, and is told the release and the cluster', async () => {
    const { values, shown } = await synced({ source: from({ helm: { releaseName: 'other', values: 'inline: text\n', valuesObject: { object: 'object' }, valueFiles: ['gone.yaml'], ignoreMissingValueFiles: true, parameters: [{ name: 'name', value: '$ARGOCD_APP_NAME-${ARGOCD_APP_NAMESPACE}' }] } }) }, CHART);
    expect(values()).toMatchObject({ inline: 'chart', object: 'object', name: 'shop-shop' });
    expect(shown()).toMatchObject({ release: 'other', apps: 'true' });
  });

  test('is overridden by files in the repository, the one with its name last', async () => {
    const { values } = await synced({ source: from({ helm: { parameters: [{ name: 'parameter', value: 'spec' }] } }) }, { ...CHART, 'charts/web/.argocd-source.yaml': 'helm: {valuesObject: {object: all, inline: all}}\n', 'charts/web/.argocd-source-shop.yaml': 'helm: {valuesObject: {object: own}}\nrepoURL: http://elsewhere\n' });
    expect(values()).toMatchObject({ object: 'own', inline: 'all', parameter: 'spec' });
  });

  test('says which values file is missing, in the words of helm', async () => {
    const { status } = await synced({ source: from({ helm: { valueFiles: ['gone.yaml'] } }) }, CHART);
    expect(status?.conditions).toMatchObject([{ type: 'ComparisonError', message: expect.stringMatching(/^Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = .*open <path to cached source>\/charts\/web\/gone\.yaml: no such file or directory/) }]);
  });

  test('of several sources takes values from a referenced one, and the last source that renders an object', async () => {
    const files = { ...CHART, 'env/prod/values.yaml': 'file: prod\n', 'extra/a.yaml': configMap('a', '1'), 'extra/shown.yaml': configMap('shown', 'last') };
    const { status, objects, head, shown } = await synced({ sources: [from({ helm: { valueFiles: ['$env/env/prod/values.yaml'] } }), { repoURL: URL, targetRevision: 'main', ref: 'env' }, { repoURL: URL, targetRevision: 'main', path: 'extra' }] }, files);
    expect(shown()).toEqual({ key: 'last' });
    expect(objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
    expect(status).toMatchObject({
      sync: { status: 'Synced', revisions: [head, head, head], comparedTo: { sources: [{}, { ref: 'env' }, {}] } },
      sourceTypes: ['Helm', '', 'Directory'],
      operationState: { phase: 'Succeeded', syncResult: { revisions: [head, head, head], sources: [{}, {}, {}] } },
      conditions: [{ type: 'RepeatedResourceWarning', message: 'Resource /ConfigMap/shop/shown appeared 2 times among application resources.' }],
    });
    expect(status?.sync).not.toHaveProperty('revision');
    const { values } = await synced({ sources: [from({ helm: { valueFiles: ['$env/env/prod/values.yaml'] } }), { repoURL: URL, targetRevision: 'main', ref: 'env' }] }, files);
    expect(values()).toMatchObject({ file: 'prod', second: 'chart' });
  });
});

describeWith('kustomize', 'an Application of a kustomization', () => {
  test('is built with what the Application adds', async () => {
    const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: app, image: "app:1"}, {name: side, image: "side:1"}]}\n';
    const { objects, status } = await synced(
      { source: from({ path: 'apps/prod', kustomize: { namePrefix: 'my-', images: ['app=other/app:2', 'side:3'], replicas: [{ name: 'web', count: 4 }], commonAnnotations: { team: 'shop' }, patches: [{ target: { kind: 'Deployment' }, patch: '[{"op": "add", "path": "/spec/paused", "value": true}]' }] } }) },
      { 'apps/prod/kustomization.yaml': 'resources: [web.yaml]\nimages: [{name: app, newTag: "9"}]\n', 'apps/prod/web.yaml': web },
    );
    expect(objects.get('apps/v1', 'Deployment', 'shop', 'my-web')).toMatchObject({ metadata: { annotations: { team: 'shop' } }, spec: { replicas: 4, paused: true, template: { spec: { containers: [{ image: 'other/app:2' }, { image: 'side:3' }] } } } });
    expect(status).toMatchObject({ sourceType: 'Kustomize', resources: [{ group: 'apps', kind: 'Deployment', name: 'my-web', status: 'Synced', health: { status: 'Suspended' } }] });
  });

  test('that kustomize refuses says so in its words', async () => {
    const { status } = await synced({ source: from({ path: 'apps' }) }, { 'apps/kustomization.yaml': 'resources: [missing.yaml]\n' });
    expect(status).toMatchObject({ sync: { status: 'Unknown' }, conditions: [{ type: 'ComparisonError', message: expect.stringMatching(/rpc error: code = Unknown desc = `kustomize build <path to cached source>\/apps` failed exit status 1: Error: accumulating resources: .*missing\.yaml/) }] });
  });
});

test('a directory is taken as it is: not deeper unless told, without what is excluded or is no manifest', async () => {
  const files = { 'apps/a.yaml': configMap('a', '1'), 'apps/b.yaml': configMap('b', '1'), 'apps/deep/c.yaml': configMap('c', '1'), 'apps/values.yaml': 'replicas: 3\n', 'apps/kept.yaml': `# +argocd:skip-file-rendering\n${configMap('kept', '1')}` };
  const names = async (directory: ApplicationSource['directory']) => (await synced({ source: from({ path: 'apps', ...(directory ? { directory } : {}) }) }, files)).status?.resources?.map(({ name }) => name);
  expect(await names(undefined)).toEqual(['a', 'b']);
  expect(await names({ recurse: true, exclude: '{b.yaml,x.yaml}' })).toEqual(['a', 'c']);
  expect(await names({ recurse: true, include: 'deep/*' })).toEqual(['c']);
});

test.each([
  ['no cluster of that name', { destination: { name: 'nowhere', namespace: 'shop' } }, 'InvalidSpecError', 'there are no clusters with this name: nowhere'],
  ['no path', { source: from({ path: 'gone' }) }, 'ComparisonError', 'rpc error: code = Unknown desc = gone: app path does not exist'],
  ['no branch', { source: from({ targetRevision: 'gone' }) }, 'ComparisonError', "unable to resolve 'gone' to a commit SHA"],
  ['a chart repository', { source: { repoURL: 'https://charts.example.com', chart: 'web', targetRevision: '1.0.0' } }, 'ComparisonError', 'https://charts.example.com cannot be reached'],
])('an Application with %s says so', async (_, spec, type, words) => {
  const { status } = await synced({ source: from({ path: 'apps' }), ...spec }, { 'apps/a.yaml': configMap('a', '1') });
  expect(status).toMatchObject({ sync: { status: 'Unknown' }, conditions: [{ type, message: expect.stringContaining(words) }] });
});

test('differences that are to be ignored are none, and are left as they are where that is respected', async () => {
  const bench = await cluster();
  await bench.repository.write({ 'apps/a.yaml': configMap('a', '1') });
  const shop = argo(bench, { automated: { prune: true }, syncOptions: ['RespectIgnoreDifferences=true', 'ServerSideApply=true'] });
  bench.objects.update<Application>({ ...shop(), spec: { ...shop().spec, ignoreDifferences: [{ kind: 'ConfigMap', jsonPointers: ['/data/key'] }] } }, { manager: 'spec' });
  await bench.clock.run(seconds(3));
  expect(shop().status?.operationState?.syncResult?.resources?.[0]?.message).toBe('configmap/a serverside-applied');
  bench.objects.apply<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { key: 'by hand' } }, { manager: 'kubectl-edit', force: true });
  await bench.repository.write({ 'apps/a.yaml': configMap('a', '2'), 'apps/b.yaml': configMap('b', '1') });
  bench.applier.nudge();
  await bench.clock.run(seconds(3));
  expect(shop().status?.sync?.status).toBe('Synced');
  expect([bench.objects.get('v1', 'ConfigMap', 'shop', 'a'), bench.objects.get('v1', 'ConfigMap', 'shop', 'b')]).toMatchObject([{ data: { key: 'by hand' } }, { data: { key: '1' } }]);
});

test('Applications that an Application applies are followed, too, and go with it', async () => {
  const child = JSON.stringify({ ...APPLICATION, metadata: { name: 'child', namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] }, spec: { project: 'default', source: from({ path: 'child' }), destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, syncPolicy: { automated: {} } } });
  const { objects, repository, applier, clock } = await synced({ source: from({ path: 'apps' }) }, { 'apps/a.yaml': configMap('a', '1'), 'apps/child.json': child, 'child/b.yaml': configMap('b', '1') });
  expect(objects.get('v1', 'ConfigMap', 'shop', 'b')?.metadata.annotations).toEqual({ 'argocd.argoproj.io/tracking-id': 'child:/ConfigMap:shop/b' });
  await repository.write({ 'apps/child.json': null });
  applier.nudge();
  await clock.run(seconds(3));
  expect([objects.get(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', 'child'), objects.get('v1', 'ConfigMap', 'shop', 'b')]).toEqual([undefined, undefined]);
});
