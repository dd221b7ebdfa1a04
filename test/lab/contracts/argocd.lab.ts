import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@fleetmend/telemetry';
import { argocd } from '@fleetmend/gitops-engines';
import type { KubeObject } from '@fleetmend/model';
import type { EngineContext, GitOpsEngine, RolloutState } from '@fleetmend/plugin-api';
import { seededRandom } from '@fleetmend/kernel';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { applicationOf } from './argocd-application.ts';
import { commitAsOwner, createRepository } from './gitea-api.ts';

const lab = inject('lab');
const [gitea, namespace] = [lab.gitea, lab.argocd?.namespace ?? ''];
if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');

/** A Deployment that no node has to run: what Argo CD applies is the question, not what becomes of it. */
const web = (memory: string): string => JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'argo-shop' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'app:1', resources: { limits: { memory } } }] } },
  },
});

const read: EngineContext['read'] = async ({ apiVersion, kind, namespace: within, name }) => {
  const group = apiVersion.split('/')[0] ?? '';
  const where = within ? ['--namespace', within] : ['--all-namespaces'];
  const text = await kubectlIn(lab, ['get', `${kind.toLowerCase()}.${group}`, ...where, '--output', 'json']);
  const { items } = JSON.parse(text) as { readonly items: readonly KubeObject[] };
  return items.filter(({ metadata }) => name === undefined || metadata.name === name);
};
const context: EngineContext = { cluster: 'lab', read, destination: { server: lab.kubernetes?.server } };

const world: { engine?: GitOpsEngine; repository: string; clone: string } = { repository: '', clone: '' };
const head = (): string => execFileSync('git', ['-C', world.clone, 'rev-parse', 'FETCH_HEAD'], { encoding: 'utf8' }).trim();
const fetchAll = (): void => void execFileSync('git', ['-C', world.clone, 'fetch', '-q', `${gitea.url}/${world.repository}.git`, 'main']);
const isAncestor = async (a: string, b: string): Promise<boolean> => {
  try {
    execFileSync('git', ['-C', world.clone, 'merge-base', '--is-ancestor', a, b], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const live = async (): Promise<KubeObject> => JSON.parse(await kubectlIn(lab, ['get', 'deployment', 'web', '-n', 'argo-shop', '-o', 'json'])) as KubeObject;
const engine = (): GitOpsEngine => {
  if (!world.engine) throw new Error('the engine was not made');
  return world.engine;
};
const rollout = async (commit: string): Promise<RolloutState> => {
  const application = await engine().findApplication(await live(), context);
  if (!application) throw new Error('the engine does not find the application of a Deployment that it applied');
  fetchAll();
  return engine().readRollout({ application: application.ref, commit, isAncestor }, context);
};
const commit = (files: Readonly<Record<string, string>>): Promise<string> =>
  commitAsOwner(gitea, { repository: world.repository, branch: 'main', files, message: 'change' });

beforeAll(async () => {
  world.engine = await argocd.create({ namespace }, { clock: systemClock, random: seededRandom(1), fetch } as never);
  world.clone = mkdtempSync(join(tmpdir(), 'fleet-'));
  world.repository = await createRepository(gitea, { name: 'argo-fleet', files: { 'apps/web.yaml': web('64Mi') }, message: 'initial' });
  execFileSync('git', ['init', '-q', world.clone]);
  fetchAll();
  const application = applicationOf({ name: 'argo-shop', namespace, url: `${gitea.url}/${world.repository}.git`, path: 'apps', server: lab.kubernetes?.server ?? '' });
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(application));
  await until('Argo CD has applied the first commit', 60, async () => (await live()).metadata.name === 'web');
});

describe('the argocd engine on a real Argo CD', () => {
  it('finds the Application that applied a live object, its source and its commit', async () => {
    const first = head();
    await until('the sync is recorded', 30, async () => (await engine().findApplication(await live(), context))?.applied === first);
    expect(await engine().findApplication(await live(), context)).toMatchObject({
      engine: 'argocd',
      ref: { kind: 'Application', name: 'argo-shop', namespace },
      sources: [{ repoURL: `${gitea.url}/${world.repository}.git`, path: 'apps', revision: 'main' }],
      applied: first,
      refused: undefined,
    });
  });

  it('does not take a copy with the same marks for the object itself', async () => {
    const object = await live();
    expect(await engine().findApplication({ ...object, metadata: { ...object.metadata, name: 'copy' } }, context)).toBeUndefined();
  });

  it('waits for a commit that was not applied', async () => {
    expect((await rollout('f'.repeat(40))).state).toBe('Waiting');
  });

  it('has a commit as soon as it was applied', async () => {
    const second = await commit({ 'apps/web.yaml': web('128Mi') });
    await until('the second commit is applied', 60, async () => (await rollout(second)).state === 'Applied');
    expect(JSON.stringify(await live())).toContain('"memory":"128Mi"');
  });

  it('has a commit once a later one was applied', async () => {
    const second = head();
    const third = await commit({ 'apps/web.yaml': web('160Mi') });
    await until('the third commit is applied', 60, async () => (await rollout(third)).state === 'Applied');
    expect((await rollout(second)).state).toBe('Applied');
  });

  it('waits, and says why, when a revision cannot be built at all', async () => {
    const broken = await commit({ 'apps/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    await until('Argo CD reports the error', 90, async () => ((await engine().findApplication(await live(), context))?.refused ?? '').includes('ComparisonError'));
    expect(await rollout(broken)).toMatchObject({ state: 'Waiting', message: expect.stringContaining('ComparisonError') });
  });

  it('goes on once a later commit mends it', async () => {
    const mended = await commit({ 'apps/broken.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mended' } }) });
    await until('the mended commit is applied', 90, async () => (await rollout(mended)).state === 'Applied');
    expect((await engine().findApplication(await live(), context))?.refused).toBeUndefined();
  });

  it('says that a commit was refused when the API server does not take it', async () => {
    const refused = await commit({ 'apps/web.yaml': web('160Mi').replace('"replicas":0', '"replicas":-1') });
    await until('Argo CD has refused the commit', 90, async () => (await rollout(refused)).state === 'Refused');
    expect((await rollout(refused)).message).toContain('web');
  });
});
