import { argocd } from '@fleetmend/gitops-engines';
import type { EngineContext, RolloutState } from '@fleetmend/plugin-api';
import { systemClock } from '@fleetmend/telemetry';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { applicationOf } from './argocd-application.ts';
import { deploymentOf, engineOnLab, readIn, type EngineOnLab } from './engine-world.ts';

const lab = inject('lab');
const [gitea, namespace] = [lab.gitea, lab.argocd?.namespace ?? ''];
if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');

const target = { namespace: 'argo-shop', name: 'web' };
const web = (memory: string): string => deploymentOf(target, memory);
const context: EngineContext = { cluster: 'lab', read: readIn(lab), destination: { server: lab.kubernetes?.server } };
const engine = await argocd.create({ namespace }, { clock: systemClock, fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const state: { world?: EngineOnLab } = {};
const world = (): EngineOnLab => {
  if (!state.world) throw new Error('the repository was not made');
  return state.world;
};
const rollout = (commit: string): Promise<RolloutState> => world().rollout(commit);

beforeAll(async () => {
  state.world = await engineOnLab({ lab, gitea, engine, context, repository: 'argo-fleet', files: { 'apps/web.yaml': web('64Mi') }, target });
  const application = applicationOf({ name: 'argo-shop', namespace, url: world().url, path: 'apps', server: lab.kubernetes?.server ?? '' });
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(application));
  await until('Argo CD has applied the first commit', 60, async () => (await world().live()).metadata.name === 'web');
});

describe('the argocd engine on a real Argo CD', () => {
  it('finds the Application that applied a live object, its source and its commit', async () => {
    const first = world().head();
    await until('the sync is recorded', 30, async () => (await engine.findApplication(await world().live(), context))?.applied === first);
    expect(await engine.findApplication(await world().live(), context)).toMatchObject({
      engine: 'argocd',
      ref: { kind: 'Application', name: 'argo-shop', namespace },
      sources: [{ repoURL: world().url, path: 'apps', revision: 'main' }],
      applied: first,
      refused: undefined,
    });
  });

  it('does not take a copy with the same marks for the object itself', async () => {
    const object = await world().live();
    expect(await engine.findApplication({ ...object, metadata: { ...object.metadata, name: 'copy' } }, context)).toBeUndefined();
  });

  it('waits for a commit that was not applied', async () => {
    expect((await rollout('f'.repeat(40))).state).toBe('Waiting');
  });

  it('has a commit as soon as it was applied', async () => {
    const second = await world().commit({ 'apps/web.yaml': web('128Mi') });
    await until('the second commit is applied', 60, async () => (await rollout(second)).state === 'Applied');
    expect(JSON.stringify(await world().live())).toContain('"memory":"128Mi"');
  });

  it('has a commit once a later one was applied', async () => {
    const second = world().head();
    const third = await world().commit({ 'apps/web.yaml': web('160Mi') });
    await until('the third commit is applied', 60, async () => (await rollout(third)).state === 'Applied');
    expect((await rollout(second)).state).toBe('Applied');
  });

  it('waits, and says why, when a revision cannot be built at all', async () => {
    const broken = await world().commit({ 'apps/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    await until('Argo CD reports the error', 90, async () => ((await engine.findApplication(await world().live(), context))?.refused ?? '').includes('ComparisonError'));
    expect(await rollout(broken)).toMatchObject({ state: 'Waiting', message: expect.stringContaining('ComparisonError') });
  });

  it('goes on once a later commit mends it', async () => {
    const mended = await world().commit({ 'apps/broken.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mended' } }) });
    await until('the mended commit is applied', 90, async () => (await rollout(mended)).state === 'Applied');
    expect((await engine.findApplication(await world().live(), context))?.refused).toBeUndefined();
  });

  it('says that a commit was refused when the API server does not take it', async () => {
    const refused = await world().commit({ 'apps/web.yaml': web('160Mi').replace('"replicas":0', '"replicas":-1') });
    await until('Argo CD has refused the commit', 90, async () => (await rollout(refused)).state === 'Refused');
    expect((await rollout(refused)).message).toContain('web');
  });
});
