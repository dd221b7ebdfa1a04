import type { KubeObject } from '@fleetmend/model';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { applicationOf } from './argocd-application.ts';
import { deploymentOf } from './engine-world.ts';
import { fluxObjects } from './flux-objects.ts';
import { commitAsOwner, createRepository } from './gitea-api.ts';
import { sandboxEngine, type SandboxEngine } from './sandbox-engine.ts';
import { comparable, statusOf } from './status-comparison.ts';

const lab = inject('lab');
const { gitea } = lab;
if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');

/** One story told to a real engine and to the sandbox's: the same commits, and the statuses after each. */
interface Story {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly repository: string;
  readonly first: Readonly<Record<string, string>>;
  readonly objects: (url: string, server: string) => object;
}

const tell = (story: Story) => {
  const state: { url?: string; repository?: string; sandbox?: SandboxEngine } = {};
  const sandbox = (): SandboxEngine => {
    if (!state.sandbox) throw new Error('the story has not begun');
    return state.sandbox;
  };
  const apiVersion = story.kind === 'Application' ? 'argoproj.io/v1alpha1' : 'kustomize.toolkit.fluxcd.io/v1';
  const real = async (): Promise<unknown> => comparable(statusOf(JSON.parse(await kubectlIn(lab, ['get', story.kind.toLowerCase(), story.name, '-n', story.namespace, '-o', 'json'])) as KubeObject));
  const ours = (): unknown => comparable(statusOf(sandbox().objects.get(apiVersion, story.kind, story.namespace, story.name) as KubeObject | undefined));
  return {
    real,
    async begin(): Promise<void> {
      state.repository = await createRepository(gitea, { name: story.repository, files: story.first, message: 'initial' });
      state.url = `${gitea.url}/${state.repository}.git`;
      state.sandbox = sandboxEngine(state.url);
      await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(story.objects(state.url, lab.kubernetes?.server ?? '')));
      const told = story.objects(state.url, 'https://kubernetes.default.svc') as { readonly items?: readonly object[] };
      sandbox().objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: story.namespace } }, { manager: 'lab' });
      for (const item of told.items ?? [told]) sandbox().objects.create(item as Parameters<SandboxEngine['objects']['create']>[0], { manager: 'lab' });
      await sandbox().play(story.first);
    },
    async commit(files: Readonly<Record<string, string>>, after?: number): Promise<void> {
      await commitAsOwner(gitea, { repository: state.repository ?? '', branch: 'main', files, message: 'change' });
      await sandbox().play(files, after);
    },
    async patch(spec: object): Promise<void> {
      await kubectlIn(lab, ['patch', story.kind.toLowerCase(), story.name, '-n', story.namespace, '--type', 'merge', '--patch', JSON.stringify({ spec })]);
      const found = sandbox().objects.get(apiVersion, story.kind, story.namespace, story.name);
      if (!found) throw new Error(`the sandbox lost ${story.kind}/${story.name}`);
      sandbox().objects.update({ ...found, spec: { ...(found['spec'] as object), ...spec } }, { manager: 'lab' });
      await sandbox().wait(5);
    },
    /** The real one may still be on its way. */
    async agree(seconds = 40): Promise<void> {
      let seen: unknown;
      await until('both say the same', seconds, async () => JSON.stringify((seen = await real())) === JSON.stringify(ours())).catch(() => expect(ours()).toEqual(seen));
    },
    end: () => state.sandbox?.close(),
  };
};

const config = (name: string, namespace: string, value = '1'): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { key: value } });
const namespaceOf = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

describe.skipIf(!lab.flux)(`a Kustomization in both worlds${lab.flux ? '' : ' (skipped: Flux is not up)'}`, () => {
  const target = { namespace: 'same-flux', name: 'web' };
  const story = tell({ namespace: 'flux-system', kind: 'Kustomization', name: 'same-flux', repository: 'same-flux', first: { 'apps/namespace.yaml': namespaceOf('same-flux'), 'apps/a.yaml': config('a', 'same-flux') }, objects: (url) => fluxObjects({ name: 'same-flux', namespace: 'flux-system', url, path: 'apps' }) });
  beforeAll(() => story.begin());
  afterAll(() => story.end());

  it('is applied', () => story.agree());

  it('cannot be built', async () => {
    await story.commit({ 'apps/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    await story.agree();
    await story.commit({ 'apps/broken.yaml': config('broken', 'same-flux') });
    await story.agree();
  });

  it('is refused by the API server, and by a namespace that does not exist', async () => {
    await story.commit({ 'apps/broken.yaml': config('broken', 'same-flux'), 'apps/web.yaml': deploymentOf(target, '64Mi', -1) });
    await story.agree();
    await story.commit({ 'apps/web.yaml': deploymentOf(target, '64Mi'), 'apps/broken.yaml': config('broken', 'nowhere') });
    await story.agree();
    await story.commit({ 'apps/broken.yaml': config('broken', 'same-flux') });
    await story.agree();
  });

  it('fails its health checks, and is suspended', async () => {
    await story.patch({ wait: true });
    await story.commit({ 'apps/broken.yaml': config('broken', 'same-flux'), 'apps/web.yaml': deploymentOf(target, '64Mi', 1) }, 31);
    await story.agree(60);
    await story.patch({ suspend: true });
    await story.commit({ 'apps/a.yaml': config('a', 'same-flux', '2') });
    await story.agree();
  });
});

// Without healing: a slow machine tells Argo CD of its own sync so late that it heals what it has just applied, and counts that.
describe.skipIf(!lab.argocd)(`an Application in both worlds${lab.argocd ? '' : ' (skipped: Argo CD is not up)'}`, () => {
  const target = { namespace: 'same-argo', name: 'web' };
  const story = tell({ namespace: 'argocd', kind: 'Application', name: 'same-argo', repository: 'same-argo', first: { 'apps/a.yaml': config('a', 'same-argo') }, objects: (url, server) => applicationOf({ name: 'same-argo', namespace: 'argocd', url, path: 'apps', server, selfHeal: false }) });
  beforeAll(() => story.begin());
  afterAll(() => story.end());

  it('is synced', () => story.agree());

  it('cannot be compared', async () => {
    await story.commit({ 'apps/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    await story.agree(60);
    await story.commit({ 'apps/broken.yaml': config('broken', 'same-argo') });
    await story.agree(60);
  });

  it('fails to sync', async () => {
    await story.commit({ 'apps/broken.yaml': config('broken', 'same-argo'), 'apps/web.yaml': deploymentOf(target, '64Mi', -1) });
    await story.agree(60);
  });

  it('is degraded', async () => {
    // No node runs it, so its deadline passes.
    const late = deploymentOf(target, '64Mi', 1).replace('"replicas":1', '"replicas":1,"progressDeadlineSeconds":2');
    await story.commit({ 'apps/web.yaml': late }, 15);
    await story.agree(60);
  });
});

describe.skipIf(!lab.argocd)(`an Application of several sources in both worlds${lab.argocd ? '' : ' (skipped: Argo CD is not up)'}`, () => {
  const chart = { 'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n', 'chart/values.yaml': 'value: chart\n', 'chart/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {key: {{ .Values.value }}}\n', 'env/prod.yaml': 'value: prod\n', 'extra/a.yaml': config('a', 'several-argo', 'extra') };
  const sources = (url: string): object => ({ source: undefined, sources: [{ repoURL: url, targetRevision: 'main', path: 'chart', helm: { valueFiles: ['$env/env/prod.yaml'] } }, { repoURL: url, targetRevision: 'main', ref: 'env' }, { repoURL: url, targetRevision: 'main', path: 'extra' }] });
  const story = tell({
    namespace: 'argocd', kind: 'Application', name: 'several-argo', repository: 'several-argo', first: chart,
    objects: (url, server) => {
      const application = applicationOf({ name: 'several-argo', namespace: 'argocd', url, path: 'chart', server, selfHeal: false }) as { readonly spec: object };
      return JSON.parse(JSON.stringify({ ...application, spec: { ...application.spec, ...sources(url) } })) as object;
    },
  });
  beforeAll(() => story.begin());
  afterAll(() => story.end());

  it('is synced, and warned about what appears twice', () => story.agree());

  it('names the source that cannot be rendered', async () => {
    await story.commit({ 'env/prod.yaml': 'value: {{\n' });
    await story.agree(60);
  });
});
