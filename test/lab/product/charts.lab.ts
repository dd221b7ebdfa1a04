import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RemediationRequest } from '@fleetmend/model';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { serviceAccountKubeconfig } from '../boot/service-account.ts';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { applicationOf } from '../contracts/argocd-application.ts';
import { createRepository, giteaApi } from '../contracts/gitea-api.ts';
import { LABAPP_IMAGE } from '../images/images.ts';
import { prepareHubCluster, startProduct, type Product } from '../journeys/product.ts';
import { CHARTS, helm, manifestsOf, render, valueSets, writeSchemas } from './chart-tools.ts';

const lab = inject('lab');
const { gitea } = lab;
if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
const folder = mkdtempSync(join(tmpdir(), 'charts-'));
const NAMESPACE = 'fleetmend-system';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the charts', () => {
  beforeAll(() => writeSchemas(lab, join(folder, 'schemas')), 60_000);

  it.each(valueSets)('$chart with $values passes helm lint, and renders what the API server has schemas for', async ({ chart, values }) => {
    const linted = await helm(lab, ['lint', '--strict', join(CHARTS, chart), '--values', join(CHARTS, chart, values)]);
    expect(linted.status, linted.stdout).toBe(0);
    const rendered = await render(lab, { chart, values, more: ['--include-crds'] });
    expect(rendered.stderr).toBe('');
    const file = join(folder, 'rendered.yaml');
    writeFileSync(file, rendered.stdout);
    // Those two belong to the Prometheus operator, which is not in the lab.
    const checked = await runCommand([lab.programs.kubeconform?.paths.kubeconform ?? '', '-summary', '-skip', 'ServiceMonitor,PrometheusRule', '-schema-location', join(folder, 'schemas', '{{ .ResourceKind }}{{ .KindSuffix }}.json'), file]);
    const kinds = new Set(manifestsOf(rendered.stdout).map(({ kind }) => kind));
    for (const kind of ['ConfigMap', 'Deployment', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding']) expect(kinds).toContain(kind);
    expect(checked.status, checked.stdout + checked.stderr).toBe(0);
  });

  it.each(valueSets)('$chart with $values runs as nobody, on a root file system that cannot be written, with no capability and no secret in it', async ({ chart, values }) => {
    const manifests = manifestsOf((await render(lab, { chart, values })).stdout);
    const [deployment] = manifests.filter(({ kind }) => kind === 'Deployment') as unknown as readonly { spec: { template: { spec: { securityContext: object; containers: readonly { securityContext: object; env: readonly { name: string; value?: string }[] }[] } } } }[];
    const pod = deployment?.spec.template.spec;
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const container of pod?.containers ?? []) {
      expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
      expect(container.env.filter(({ name, value }) => name !== 'HOME' && value !== undefined)).toEqual([]);
    }
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it.each([
    ['keeps the hub on loopback, whatever is said of a proxy', [], '127.0.0.1', false],
    ['leaves the asking to a proxy when the hub is exposed', ['--set', 'http.expose=true'], '0.0.0.0', true],
    ['makes an exposed hub ask for tokens itself', ['--set', 'http.expose=true,http.proxied=false'], '0.0.0.0', false],
  ])('%s', async (_, more, host, proxied) => {
    const [config] = manifestsOf((await render(lab, { chart: 'fleetmend-hub', values: 'ci/nats-values.yaml', more })).stdout).filter(({ kind }) => kind === 'ConfigMap') as unknown as readonly { data: { 'fleetmend.yaml': string } }[];
    expect((parse(config?.data['fleetmend.yaml'] ?? '') as { hub: object }).hub).toMatchObject({ http: { host, proxied } });
  });

  it.each([
    ['fleetmend-hub', 'config.profil=sandbox', 'profil'],
    ['fleetmend-hub', 'replicas=3', '/replicas'],
    ['fleetmend-agent', 'config.cluster=Not A Label', '/config/cluster'],
    ['fleetmend-hub', 'secrets.env.TOKEN=abc', '/secrets/env/TOKEN'],
  ])('%s refuses %s, and names the value', async (chart, wrong, named) => {
    const refused = await render(lab, { chart, values: 'ci/nats-values.yaml', more: ['--set', wrong] });
    expect(refused.status).not.toBe(0);
    expect(refused.stderr.replaceAll('.', '/')).toContain(named);
  });
});

describe('a fleet that was installed by the charts', () => {
  const world: { product?: Product; repository: string } = { repository: '' };
  const human = giteaApi(gitea, gitea.admin);
  const pulls = async (): Promise<readonly { readonly number: number; readonly merged: boolean }[]> => (await human.call<{ number: number; merged: boolean }[]>('GET', `/repos/${world.repository}/pulls?state=all`)) ?? [];
  const request = async (): Promise<RemediationRequest | undefined> =>
    (JSON.parse(await kubectlIn(lab, ['get', 'rr', '-A', '-o', 'json'])) as { items: RemediationRequest[] }).items.find(({ spec }) => spec.target?.name === 'charted');
  const workload = (held: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: charted, namespace: charted}
spec:
  replicas: 1
  selector: {matchLabels: {app: charted}}
  template:
    metadata: {labels: {app: charted}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: ${LABAPP_IMAGE}
        args: ["--hold-memory=${held}", "--listen=8080", "--health=/healthz"]
        resources:
          limits:
            memory: 64Mi
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
`;

  beforeAll(async () => {
    for (const chart of ['fleetmend-hub', 'fleetmend-agent']) {
      const installed = await helm(lab, ['install', chart, join(CHARTS, chart), '--namespace', NAMESPACE, '--create-namespace', '--values', join(CHARTS, chart, 'ci', 'nats-values.yaml')]);
      if (installed.status !== 0) throw new Error(installed.stderr);
    }
    // There is no image to run here: the same programs run beside the cluster, with the tokens of these ServiceAccounts.
    await kubectlIn(lab, ['scale', 'deployment', '--all', '--replicas=0', '-n', NAMESPACE]);
    world.repository = await createRepository(gitea, { name: 'charted', files: { 'apps/charted.yaml': workload('100Mi') }, message: 'too big for its limit' });
    await prepareHubCluster(lab, { repository: world.repository, clusters: [{ name: 'lab', gitops: { engine: 'argocd', readFrom: 'agent', argoDestination: { server: lab.kubernetes?.server } } }] });
    const identity = (name: string): Promise<string> => serviceAccountKubeconfig(lab, { namespace: NAMESPACE, name, folder });
    world.product = await startProduct(lab, join(folder, 'product'), { hub: await identity('fleetmend-hub'), agents: [{ kubeconfig: await identity('fleetmend-agent') }] });
    await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(applicationOf({ name: 'charted', namespace: lab.argocd?.namespace ?? '', url: `${gitea.url}/${world.repository}.git`, path: 'apps', server: lab.kubernetes?.server ?? '' })));
  }, 240_000);

  afterAll(async () => {
    await world.product?.stop();
    for (const chart of ['fleetmend-agent', 'fleetmend-hub']) await helm(lab, ['uninstall', chart, '--namespace', NAMESPACE]);
  });

  const explained = async (step: Promise<void>): Promise<void> => {
    try {
      await step;
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${JSON.stringify((await request())?.status ?? 'no request').slice(0, 2000)}\n${world.product?.hubLog().slice(-2500)}\n${world.product?.agentLog().slice(-1500)}`, { cause: error });
    }
  };

  it('detects a failure and opens a pull request, with the rights of the charts alone', async () => {
    await explained(until('there is a pull request', 240, async () => (await pulls()).length > 0));
    expect(await request()).toMatchObject({ spec: { failure: { class: 'OOMKilled' } } });
    expect(await pulls()).toHaveLength(1);
  });

  it('sees it merged, applied and healthy, and ends as Succeeded', async () => {
    const [pull] = await pulls();
    await until('Gitea lets a person merge', 30, async () => {
      if ((await pulls())[0]?.merged) return true;
      await human.call('POST', `/repos/${world.repository}/pulls/${pull?.number}/reviews`, { body: { event: 'APPROVED', body: 'looks right' } });
      await human.call('POST', `/repos/${world.repository}/pulls/${pull?.number}/merge`, { body: { Do: 'squash' } });
      return true;
    });
    await explained(until('the request has succeeded', 240, async () => (await request())?.status.phase === 'Succeeded'));
  });

  it('was refused nothing on the way: the generated rights are enough', () => {
    expect(`${world.product?.hubLog()}${world.product?.agentLog()}`).not.toMatch(/forbids|Forbidden|cannot (get|list|watch|create|update|patch|delete) resource/);
  });
});
