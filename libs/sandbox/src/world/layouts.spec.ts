import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { minutes, seededRandom } from '@fleetmend/kernel';
import type { Renderer } from '@fleetmend/ports';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, expect, test } from 'vitest';
import { memoryRepository } from '../applier/spec-support/memory-repository.ts';
import { describeWith, PROGRAMS } from '../applier/spec-support/programs.ts';
import { missingAbilities, playScenario, unhealthyWorkloads } from './play-scenario.ts';
import { PLACEHOLDER_URL, readScenario, worldClusters } from './scenario.ts';
import { createWorld } from './world.ts';

const made: string[] = [];
afterEach(() => made.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));

const deployment = (memory: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: app, image: "127.0.0.1:5999/labapp:1", args: [--hold-memory=100Mi], resources: {limits: {memory: ${memory}}}}]}\n`;
const NAMESPACE = { 'live/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n' };
const chart = { 'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n', 'charts/web/values.yaml': 'memory: 32Mi\n', 'charts/web/templates/web.yaml': deployment('{{ .Values.memory }}') };
const application = (name: string, source: string, destination = 'name: in-cluster') => `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  project: default\n  ${source}\n  destination: {${destination}, namespace: web}\n  syncPolicy: {automated: {prune: true}}\n`;
const from = (more: string) => `{repoURL: "${PLACEHOLDER_URL}", targetRevision: main, ${more}}`;

interface Layout {
  readonly deploy: string;
  /** Files of the first step, and the file that the second one changes. */
  readonly files: Readonly<Record<string, string>>;
  readonly fault: Readonly<Record<string, string>>;
}

const release = (memory: string) => `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\nspec:\n  interval: 1m\n  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: fleet, namespace: flux-system}}}\n  values: {memory: ${memory}}\n`;
const set = `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: web, namespace: argocd}\nspec:\n  goTemplate: true\n  generators: [{git: {repoURL: "${PLACEHOLDER_URL}", revision: main, files: [{path: "fleet/*.yaml"}]}}]\n  template:\n    metadata: {name: "web-{{ .cluster }}"}\n    spec:\n      project: default\n      source: ${from('path: charts/web, helm: {parameters: [{name: memory, value: "{{ .memory }}"}]}')}\n      destination: {name: "{{ .cluster }}", namespace: web}\n      syncPolicy: {automated: {prune: true}}\n`;

const LAYOUTS: Readonly<Record<string, Layout>> = {
  kustomize: { deploy: '{cluster: prod-1, engine: flux, path: apps/prod}', files: { 'apps/base/kustomization.yaml': 'resources: [web.yaml]\n', 'apps/base/web.yaml': deployment('160Mi'), 'apps/prod/kustomization.yaml': 'resources: [../base]\n' }, fault: { 'apps/base/web.yaml': deployment('64Mi') } },
  helm: { deploy: '{cluster: prod-1, engine: argocd, path: apps}', files: { ...chart, 'env/prod.yaml': 'memory: 160Mi\n', 'apps/web.yaml': application('web', `source: ${from('path: charts/web, helm: {valueFiles: [/env/prod.yaml]}')}`) }, fault: { 'env/prod.yaml': 'memory: 64Mi\n' } },
  'argocd-multisource': { deploy: '{cluster: prod-1, engine: argocd, path: apps}', files: { ...chart, 'env/prod.yaml': 'memory: 160Mi\n', 'apps/web.yaml': application('web', `sources:\n    - ${from('path: charts/web, helm: {valueFiles: [$env/env/prod.yaml]}')}\n    - ${from('ref: env')}`) }, fault: { 'env/prod.yaml': 'memory: 64Mi\n' } },
  'argocd-applicationset': { deploy: '{cluster: hub, engine: argocd, path: sets}', files: { ...chart, 'sets/web.yaml': set, 'fleet/prod-1.yaml': 'cluster: prod-1\nmemory: 160Mi\n' }, fault: { 'fleet/prod-1.yaml': 'cluster: prod-1\nmemory: 64Mi\n' } },
  'flux-helmrelease': { deploy: '{cluster: prod-1, engine: flux, path: apps}', files: { ...chart, 'apps/web.yaml': release('160Mi') }, fault: { 'apps/web.yaml': release('64Mi') } },
};

function folder(layout: string, { deploy, files, fault }: Layout): string {
  const dir = mkdtempSync(join(tmpdir(), 'scenario-'));
  made.push(dir);
  const story = `name: ${basename(dir)}\nclass: OOMKilled\nlayout: ${layout}\nrepository: {path: ., branch: main}\nrequires: [applicationset]\ndeploy: [${deploy}]\nhistory:\n  - {dir: history/0, message: one, healthy: true}\n  - {dir: history/1, message: two}\nexpect: {outcome: Repaired, within: 3m}\n`;
  const at = (step: string, all: Readonly<Record<string, string>>) => Object.entries(all).map(([path, text]) => [`history/${step}/${path}`, text] as const);
  for (const [path, text] of [['scenario.yaml', story] as const, ...Object.entries(NAMESPACE), ...at('0', files), ...at('1', fault)]) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

describeWith('helm', 'a scenario of the layout', () => {
  test.each(Object.entries(LAYOUTS))('%s is healthy after its first step and fails after its second', async (layout, story) => {
    const scenario = readScenario(folder(layout, story));
    expect(missingAbilities(scenario, PROGRAMS)).toEqual([]);
    const clock = new VirtualClock();
    const held = ({ name, render }: Renderer): Renderer => ({ name, render: (input) => clock.hold(render(input)) });
    const repository = memoryRepository();
    const errors: unknown[] = [];
    const renderers = { ...(PROGRAMS.kustomize ? { kustomize: held(PROGRAMS.kustomize) } : {}), ...(PROGRAMS.helm ? { helm: held(PROGRAMS.helm) } : {}) };
    const world = createWorld({ clusters: worldClusters(scenario), clock, random: seededRandom(2), state: ':memory:', repositories: () => repository, renderers, failed: ({ error }) => errors.push(error) });
    const playing = playScenario({ scenario, world, writer: repository, url: PLACEHOLDER_URL, clock });
    await clock.run(minutes(2));
    await playing;
    const { objects } = world.cluster('prod-1');
    expect(objects.list('apps/v1', 'Deployment', { namespace: 'web' })).toHaveLength(1);
    expect(JSON.stringify(objects.get('apps/v1', 'Deployment', 'web', 'web')?.['spec'])).toContain('"memory":"64Mi"');
    expect(unhealthyWorkloads(objects)).toEqual([expect.stringMatching(/^Deployment\/web\/web: Waiting for rollout/)]);
    expect(errors).toEqual([]);
    world.close();
  });
});

test('what has to be built needs its program, whatever the layout is called', () => {
  const of = (name: string) => missingAbilities(readScenario(folder(name, LAYOUTS[name] ?? { deploy: '', files: {}, fault: {} })), {});
  expect(of('kustomize')).toEqual(['kustomize is not installed (npm run lab -- build kustomize builds it)']);
  expect(of('flux-helmrelease')).toEqual(['helm is not installed (npm run lab -- build helm builds it)']);
});
