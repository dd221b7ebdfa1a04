import { flux } from '@fleetmend/gitops-engines';
import type { KubeObject } from '@fleetmend/model';
import type { Application, EngineContext } from '@fleetmend/plugin-api';
import { systemClock } from '@fleetmend/telemetry';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { deploymentOf, engineOnLab, readIn, type EngineOnLab } from './engine-world.ts';
import { fluxObjects } from './flux-objects.ts';

const lab = inject('lab');
const [gitea, namespace] = [lab.gitea, lab.flux?.namespace ?? ''];
if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');

const target = { namespace: 'flux-shop', name: 'web' };
const web = (memory: string, replicas?: number): string => deploymentOf(target, memory, replicas);
const context: EngineContext = { cluster: 'lab', read: readIn(lab), readFrom: 'lab' };
const engine = await flux.create({}, { clock: systemClock, fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const state: { world?: EngineOnLab } = {};
const world = (): EngineOnLab => {
  if (!state.world) throw new Error('the repository was not made');
  return state.world;
};
const find = async (object?: KubeObject): Promise<Application | undefined> => engine.findApplication(object ?? (await world().live()), context);
const patch = (kind: 'gitrepository' | 'kustomization', spec: object): Promise<string> =>
  kubectlIn(lab, ['patch', kind, 'flux-shop', '-n', namespace, '--type', 'merge', '--patch', JSON.stringify({ spec })]);
const applied = (commit: string): Promise<void> => until(`${commit.slice(0, 8)} is applied`, 60, async () => (await world().rollout(commit)).state === 'Applied');
const becomes = (commit: string, wanted: string, seconds = 60): Promise<void> =>
  until(`the rollout of ${commit.slice(0, 8)} is ${wanted}`, seconds, async () => {
    const { state: found, message } = await world().rollout(commit);
    if (found !== wanted) throw new Error(`it is ${found}: ${message}`);
    return true;
  });

beforeAll(async () => {
  const files = { 'apps/namespace.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: target.namespace } }), 'apps/web.yaml': web('64Mi') };
  state.world = await engineOnLab({ lab, gitea, engine, context, repository: 'flux-fleet', files, target });
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(fluxObjects({ name: 'flux-shop', namespace, url: world().url, path: 'apps' })));
  await until('Flux has applied the first commit', 60, async () => (await world().live()).metadata.name === target.name);
});

describe('the flux engine on Flux’s own controllers', () => {
  it('finds the Kustomization that applied a live object, its source and its commit', async () => {
    const first = world().head();
    await applied(first);
    expect(await find()).toMatchObject({
      engine: 'flux',
      ref: { kind: 'Kustomization', name: 'flux-shop', namespace },
      sources: [{ repoURL: world().url, path: './apps', revision: 'main' }],
      applied: first,
      refused: undefined,
    });
  });

  it('does not take a copy in another namespace, labels and all, for the object itself', async () => {
    await kubectlIn(lab, ['create', 'namespace', 'flux-copy']);
    const { metadata, ...rest } = await world().live();
    const copy = { ...rest, metadata: { name: metadata.name, namespace: 'flux-copy', labels: metadata.labels } };
    await kubectlIn(lab, ['create', '-f', '-'], JSON.stringify(copy));
    const made = JSON.parse(await kubectlIn(lab, ['get', 'deployment', 'web', '-n', 'flux-copy', '-o', 'json'])) as KubeObject;
    expect(made.metadata.labels).toMatchObject({ 'kustomize.toolkit.fluxcd.io/name': 'flux-shop' });
    expect(await find(made)).toBeUndefined();
  });

  it('waits for a commit that was not applied', async () => {
    expect((await world().rollout('f'.repeat(40))).state).toBe('Waiting');
  });

  it('has a commit as soon as it was applied, and once a later one was', async () => {
    const second = await world().commit({ 'apps/web.yaml': web('128Mi') });
    await applied(second);
    expect(JSON.stringify(await world().live())).toContain('"memory":"128Mi"');
    const third = await world().commit({ 'apps/web.yaml': web('160Mi') });
    await applied(third);
    expect((await world().rollout(second)).state).toBe('Applied');
  });

  it('is suspended while nobody will apply the commit, and still has what was applied before', async () => {
    const before = world().head();
    await patch('kustomization', { suspend: true });
    const next = await world().commit({ 'apps/web.yaml': web('192Mi') });
    await becomes(next, 'Suspended');
    expect((await world().rollout(before)).state).toBe('Applied');
    await until('the source has the commit that is held back', 30, async () => (await kubectlIn(lab, ['get', 'gitrepository', 'flux-shop', '-n', namespace, '-o', 'jsonpath={.status.artifact.revision}'])) === `main@sha1:${next}`);
    await patch('gitrepository', { suspend: true });
    await patch('kustomization', { suspend: false });
    await applied(next);
    // A fetch that had begun before the suspension may still bring a first commit along; it brings no second one.
    const commits = [await world().commit({ 'apps/web.yaml': web('200Mi') }), await world().commit({ 'apps/web.yaml': web('204Mi') })];
    const unseen = commits.at(-1) ?? '';
    await until('the source keeps the commit back', 30, async () => /GitRepository\/.* is suspended/.test((await world().rollout(unseen)).message));
    await patch('gitrepository', { suspend: false });
    await applied(unseen);
  });

  it('waits for a dependency, and says so', async () => {
    await patch('kustomization', { dependsOn: [{ name: 'missing' }] });
    const commit = await world().commit({ 'apps/web.yaml': web('208Mi') });
    await until('Flux reports the dependency', 30, async () => (await world().rollout(commit)).message.includes('DependencyNotReady'));
    expect((await world().rollout(commit)).state).toBe('Waiting');
    await patch('kustomization', { dependsOn: null });
    await applied(commit);
  });

  it('says that a commit was refused when it cannot be built, and goes on once a later one mends it', async () => {
    const broken = await world().commit({ 'apps/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    await becomes(broken, 'Refused');
    expect((await world().rollout(broken)).message).toContain('BuildFailed');
    await until('the application says so', 30, async () => ((await find())?.refused ?? '').includes('BuildFailed'));
    const mended = await world().commit({ 'apps/broken.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mended', namespace: target.namespace } }) });
    await applied(mended);
    expect((await find())?.refused).toBeUndefined();
  });

  it('says that a commit was refused when the API server does not take it', async () => {
    const refused = await world().commit({ 'apps/web.yaml': web('208Mi', -1) });
    await becomes(refused, 'Refused');
    expect((await world().rollout(refused)).message).toContain('web');
    await applied(await world().commit({ 'apps/web.yaml': web('208Mi') }));
  });

  it('has a commit whose health checks fail: it was applied before they began', async () => {
    await patch('kustomization', { wait: true });
    // No node runs it, so it never becomes ready. kustomize-controller gives health checks 30 s at least.
    const unhealthy = await world().commit({ 'apps/web.yaml': web('208Mi', 1) });
    await becomes(unhealthy, 'Applied');
    expect((await world().rollout(unhealthy)).message).toContain('HealthCheckFailed');
  });

  it('hands over what the Kustomization adds to its files', async () => {
    const patches = [{ patch: '[{"op": "add", "path": "/metadata/labels/extra", "value": "x"}]', target: { kind: 'Deployment' } }];
    await patch('kustomization', { patches });
    expect((await find())?.object).toMatchObject({ spec: { patches } });
  });

  it('refuses what does not come from Git, by name', async () => {
    await patch('kustomization', { sourceRef: { kind: 'OCIRepository', name: 'nowhere' } });
    await expect(find()).rejects.toMatchObject({ reason: 'SourceUnsupported', message: expect.stringContaining('OCIRepository') });
  });
});
