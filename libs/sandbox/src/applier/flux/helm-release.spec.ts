import { minutes, seconds, seededRandom } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { findCondition } from '../../physics/runtime/conditions.ts';
import { startPhysics } from '../../physics/physics.ts';
import { cluster, TESTER, URL } from '../spec-support/bench.ts';
import type { Bench } from '../spec-support/bench.ts';
import { describeWith, PROGRAMS } from '../spec-support/programs.ts';
import { GIT_REPOSITORY, HELM_CHART, HELM_RELEASE } from './shapes.ts';
import type { HelmChart, HelmRelease } from './shapes.ts';

const CHART = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: "1.4"\n',
  'charts/web/values.yaml': 'image: {name: 127.0.0.1:5999/labapp, tag: "1"}\nreplicas: 1\nmemory: 64Mi\nsettings: {}\n',
  'charts/web/templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: app, image: "{{ .Values.image.name }}:{{ .Values.image.tag }}", resources: {limits: {memory: {{ .Values.memory }}}}}
`,
  'charts/web/templates/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  settings: {{ .Values.settings | toJson | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
  hasRelease: {{ .Capabilities.APIVersions.Has "helm.toolkit.fluxcd.io/v2/HelmRelease" | quote }}
`,
} as const;

async function bench(files: Readonly<Record<string, string>> = CHART) {
  const made = await cluster(PROGRAMS);
  made.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  const physics = startPhysics({ objects: made.objects, clock: made.clock, random: seededRandom(6) });
  await made.repository.write(files);
  made.create({ ...GIT_REPOSITORY, metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { url: URL, interval: '1m', ref: { branch: 'main' } } });
  return { ...made, physics };
}

const chartSpec = (more: object = {}) => ({ chart: './charts/web', sourceRef: { kind: 'GitRepository', name: 'fleet', namespace: 'flux-system' }, ...more });

function release({ create, objects }: Bench, spec: Partial<HelmRelease['spec']> = {}): () => HelmRelease {
  create({ ...HELM_RELEASE, metadata: { name: 'web', namespace: 'shop' }, spec: { interval: '1m', chart: { spec: chartSpec() }, ...spec } });
  return () => {
    const found = objects.get<HelmRelease>(HELM_RELEASE.apiVersion, HELM_RELEASE.kind, 'shop', 'web');
    if (!found) throw new Error('the HelmRelease is gone');
    return found;
  };
}

const marks = ({ status }: KubeObject & { readonly status?: HelmRelease['status'] }) => (status?.conditions ?? []).map(({ type, status: is, reason, message }) => ({ type, status: is, reason, message }));
const memoryOf = ({ objects }: Bench) => JSON.stringify(objects.get('apps/v1', 'Deployment', 'shop', 'web')?.['spec']).match(/"memory":"(\w+)"/)?.[1];

describeWith('helm', 'a Flux HelmRelease of a chart in Git', () => {
  test('is installed once its objects are ready, with the marks, history and inventory of helm-controller', async () => {
    const world = await bench();
    const web = release(world);
    await world.clock.run(seconds(20));
    const message = 'Helm install succeeded for release shop/web.v1 with chart web@0.1.0';
    expect(marks(web())).toEqual([{ type: 'Ready', status: 'True', reason: 'InstallSucceeded', message }, { type: 'Released', status: 'True', reason: 'InstallSucceeded', message }]);
    expect(web().status).toMatchObject({
      observedGeneration: 1, helmChart: 'flux-system/shop-web', storageNamespace: 'shop', lastAttemptedRevision: '0.1.0', lastAttemptedReleaseAction: 'install',
      history: [{ name: 'web', namespace: 'shop', version: 1, status: 'deployed', chartName: 'web', chartVersion: '0.1.0', appVersion: '1.4' }],
      inventory: { entries: [{ id: 'shop_settings__ConfigMap', v: 'v1' }, { id: 'shop_web_apps_Deployment', v: 'v1' }] },
    });
    expect(world.objects.get('apps/v1', 'Deployment', 'shop', 'web')?.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'Helm', 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'shop' },
      annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
    });
    expect(world.objects.get('v1', 'ConfigMap', 'shop', 'settings')).toMatchObject({ data: { kube: 'v1.34.4', hasRelease: 'true' } });
    expect(world.objects.get('v1', 'Secret', 'shop', 'sh.helm.release.v1.web.v1')?.metadata.labels).toMatchObject({ owner: 'helm', status: 'deployed' });
    expect(world.objects.get<HelmChart>(HELM_CHART.apiVersion, HELM_CHART.kind, 'flux-system', 'shop-web')).toMatchObject({ status: { artifact: { revision: '0.1.0' }, conditions: [{ type: 'Ready', reason: 'ChartPackageSucceeded', message: "packaged 'web' chart with version '0.1.0'" }, {}] } });
    expect(world.errors).toEqual([]);
  });

  test('takes values from references in order, then its own, then those for one path', async () => {
    const world = await bench();
    world.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'shop' }, data: { 'values.yaml': 'settings: {a: one, b: one, c: one, d: one}\n' } });
    world.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'two', namespace: 'shop' }, data: { more: Buffer.from('settings: {b: two, c: two, d: two}').toString('base64'), tag: Buffer.from('3').toString('base64') } });
    release(world, {
      values: { settings: { c: 'own', d: 'own' }, replicas: 1 },
      valuesFrom: [{ kind: 'Secret', name: 'two', valuesKey: 'tag', targetPath: 'settings.d' }, { kind: 'ConfigMap', name: 'one' }, { kind: 'Secret', name: 'two', valuesKey: 'more' }, { kind: 'ConfigMap', name: 'none', optional: true }],
    });
    await world.clock.run(seconds(20));
    const { data } = world.objects.get('v1', 'ConfigMap', 'shop', 'settings') as KubeObject & { readonly data: { readonly settings: string } };
    expect(JSON.parse(data.settings)).toEqual({ a: 'one', b: 'two', c: 'own', d: 3 });
  });

  test('says which reference does not exist, and installs once it does', async () => {
    const world = await bench();
    const web = release(world, { valuesFrom: [{ kind: 'ConfigMap', name: 'late' }] });
    await world.clock.run(seconds(5));
    expect(findCondition(web().status?.conditions, 'Ready')).toMatchObject({ reason: 'ValuesError', message: `could not resolve ConfigMap chart values reference 'shop/late' with key 'values.yaml': configmaps "late" not found` });
    world.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: 'shop' }, data: { 'values.yaml': 'memory: 96Mi\n' } });
    await world.clock.run(minutes(2));
    expect([memoryOf(world), findCondition(web().status?.conditions, 'Ready')?.reason]).toEqual(['96Mi', 'InstallSucceeded']);
  });

  test('upgrades on new values; one that does not get ready fails, stalls, and goes on with the next', async () => {
    const world = await bench();
    const web = release(world);
    await world.clock.run(seconds(20));
    const give = (values: object) => world.objects.update<HelmRelease>({ ...web(), spec: { ...web().spec, timeout: '30s', values: values as Readonly<Record<string, unknown>> } }, TESTER);
    give({ image: { tag: 'none' }, memory: '96Mi' });
    await world.clock.run(seconds(10));
    expect(marks(web())).toMatchObject([{ type: 'Reconciling', reason: 'Progressing', message: "Running 'upgrade' action with timeout of 30s" }, { type: 'Ready', status: 'Unknown' }, { type: 'Released', status: 'True' }]);
    await world.clock.run(seconds(25));
    const message = expect.stringMatching(/^Helm upgrade failed for release shop\/web with chart web@0\.1\.0: resource Deployment\/shop\/web not ready\. status: InProgress, message: .+\ncontext deadline exceeded$/);
    expect(marks(web())).toEqual([{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: 'Failed to upgrade after 1 attempt(s)' }, { type: 'Ready', status: 'False', reason: 'UpgradeFailed', message }, { type: 'Released', status: 'False', reason: 'UpgradeFailed', message }]);
    expect(web().status).toMatchObject({ failures: 1, upgradeFailures: 1, history: [{ version: 2, status: 'failed' }, { version: 1, status: 'deployed' }] });
    give({ memory: '128Mi' });
    await world.clock.run(seconds(15));
    expect([memoryOf(world), findCondition(web().status?.conditions, 'Ready')?.message]).toEqual(['128Mi', 'Helm upgrade succeeded for release shop/web.v3 with chart web@0.1.0']);
    expect(web().status?.history?.map(({ version, status }) => [version, status])).toEqual([[3, 'deployed'], [2, 'failed'], [1, 'superseded']]);
  });

  test('does not wait for the end of a wait that a newer spec makes pointless', async () => {
    const world = await bench();
    const web = release(world, { values: { image: { tag: 'none' } } });
    await world.clock.run(seconds(10));
    world.objects.update<HelmRelease>({ ...web(), spec: { ...web().spec, values: {} } }, TESTER);
    await world.clock.run(seconds(15));
    expect(findCondition(web().status?.conditions, 'Ready')?.message).toBe('Helm upgrade succeeded for release shop/web.v2 with chart web@0.1.0');
  });

  test('tells a template that cannot be rendered from a refusal of the API server', async () => {
    const world = await bench({ ...CHART, 'charts/web/templates/need.yaml': '{{ required "say who owns it" .Values.owner }}\n' });
    const web = release(world);
    await world.clock.run(seconds(5));
    expect(findCondition(web().status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'InstallFailed', message: expect.stringMatching(/^Helm install failed for release shop\/web with chart web@0\.1\.0: .*say who owns it/) });
    expect(web().status?.history ?? []).toEqual([]);
    const refused = await bench();
    const bad = release(refused, { values: { replicas: -1 } });
    await refused.clock.run(seconds(5));
    expect(marks(bad())).toMatchObject([{ type: 'Stalled', reason: 'RetriesExceeded', message: 'Failed to install after 1 attempt(s)' }, { type: 'Ready', reason: 'InstallFailed', message: expect.stringContaining('server-side apply failed for object shop/web apps/v1, Kind=Deployment: Deployment.apps "web" is invalid') }, {}]);
  });

  test('follows a chart by its version, or by its revision where told to', async () => {
    const world = await bench();
    const web = release(world);
    await world.clock.run(seconds(20));
    const template = CHART['charts/web/templates/settings.yaml'];
    await world.repository.write({ 'charts/web/templates/settings.yaml': template.replace('name: settings', 'name: renamed') });
    await world.clock.run(minutes(3));
    expect(web().status?.history?.[0]?.version).toBe(1);
    await world.repository.write({ 'charts/web/Chart.yaml': CHART['charts/web/Chart.yaml'].replace('0.1.0', '0.1.1') });
    await world.clock.run(minutes(2));
    expect([web().status?.history?.[0]?.chartVersion, world.objects.get('v1', 'ConfigMap', 'shop', 'settings'), world.objects.get('v1', 'ConfigMap', 'shop', 'renamed')?.kind]).toEqual(['0.1.1', undefined, 'ConfigMap']);
    world.objects.update<HelmRelease>({ ...web(), spec: { ...web().spec, chart: { spec: chartSpec({ reconcileStrategy: 'Revision', valuesFiles: ['charts/web/values.yaml', 'env/prod.yaml'], ignoreMissingValuesFiles: true }) } } }, TESTER);
    const head = await world.repository.write({ 'env/prod.yaml': 'memory: 96Mi\n' });
    await world.clock.run(minutes(3));
    expect([web().status?.lastAttemptedRevision, memoryOf(world)]).toEqual([`0.1.1+${head.slice(0, 12)}.2`, '96Mi']);
  });

  test('gets its post-renderers, goes under its target namespace, and takes its objects along when it goes', async () => {
    const world = await bench();
    world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'target' } });
    const web = release(world, { targetNamespace: 'target', postRenderers: [{ kustomize: { patches: [{ target: { kind: 'ConfigMap' }, patch: '[{"op": "add", "path": "/data/extra", "value": "x"}]' }], images: [{ name: '127.0.0.1:5999/labapp', newTag: '1' }] } }] });
    await world.clock.run(seconds(20));
    expect(world.objects.get('apps/v1', 'Deployment', 'target', 'target-web')?.metadata.annotations).toMatchObject({ 'meta.helm.sh/release-name': 'target-web', 'meta.helm.sh/release-namespace': 'target' });
    expect(world.objects.get('v1', 'ConfigMap', 'target', 'settings')).toMatchObject({ data: { extra: 'x' } });
    expect(web().status?.observedPostRenderersDigest).toBeDefined();
    world.objects.delete(HELM_RELEASE.apiVersion, HELM_RELEASE.kind, 'shop', 'web');
    await world.clock.run(seconds(5));
    expect([world.objects.get('v1', 'ConfigMap', 'target', 'settings'), world.objects.get(HELM_CHART.apiVersion, HELM_CHART.kind, 'flux-system', 'shop-web')]).toEqual([undefined, undefined]);
    expect(world.objects.list('v1', 'Secret', { namespace: 'shop' })).toEqual([]);
  });

  test('says what is missing where its chart lies outside Git', async () => {
    const world = await bench();
    world.create({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository', metadata: { name: 'charts', namespace: 'shop' }, spec: { url: 'https://charts.example.com' } });
    const web = release(world, { chart: { spec: { chart: 'web', version: '1.x', sourceRef: { kind: 'HelmRepository', name: 'charts' } } } });
    await world.clock.run(seconds(10));
    expect(findCondition(web().status?.conditions, 'Ready')).toMatchObject({ reason: 'SourceNotReady', message: "HelmChart 'shop/shop-web' is not ready: no artifact available for HelmRepository source 'charts'" });
    expect(world.objects.get('source.toolkit.fluxcd.io/v1', 'HelmRepository', 'shop', 'charts')).toMatchObject({ status: { conditions: [{}, { type: 'Ready', status: 'False', message: expect.stringContaining('https://charts.example.com cannot be reached: the sandbox has Git repositories only') }, {}] } });
  });

  test('runs hooks before and after, and fails with one', async () => {
    const hook = (name: string, when: string, args: string) => `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}, annotations: {helm.sh/hook: ${when}, helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}}\nspec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: app, image: "127.0.0.1:5999/labapp:1", args: [${args}]}]}}}\n`;
    const world = await bench({ ...CHART, 'charts/web/templates/a.yaml': hook('migrate', 'pre-install', '"--exit=0"'), 'charts/web/templates/b.yaml': hook('check', 'post-install', '"--exit=1"') });
    const web = release(world);
    await world.clock.run(seconds(60));
    expect(findCondition(web().status?.conditions, 'Ready')).toMatchObject({ reason: 'InstallFailed', message: expect.stringContaining("failed post-install: failed early due to stalled resources: [Job/shop/check status: 'Failed']") });
    expect(world.objects.get('batch/v1', 'Job', 'shop', 'migrate')).toBeUndefined();
    expect(world.objects.get('apps/v1', 'Deployment', 'shop', 'web')).toBeDefined();
  });
});
