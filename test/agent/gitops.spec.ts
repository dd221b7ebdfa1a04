import { HubConfig } from '@fleetmend/config';
import { argocd, flux, local } from '@fleetmend/gitops-engines';
import { minutes, parse, seconds } from '@fleetmend/kernel';
import { Answer, type KubeObject, type ObjectAnswer } from '@fleetmend/model';
import type { Application, EngineContext, GitOpsEngine } from '@fleetmend/plugin-api';
import { deployFolder, type RepositoryReader } from '@fleetmend/sandbox';
import { raw } from '@fleetmend/source-layouts';
import { memoryGit, VirtualClock } from '@fleetmend/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { aDeployment, anAgentWorld, LABAPP, namespace, type AgentWorld } from './agent-world.ts';

const URL = 'http://git.fleet.local/fleet.git';
const FILE = 'apps/shop/checkout.yaml';
const MORE = { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };
const checkout = (memory: string, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec: {containers: [{name: app, image: "${LABAPP}", resources: {limits: {memory: ${memory}}}}]}
${more}`;

const open: AgentWorld[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

/** A cluster of the sandbox that follows a folder, and the engines of a hub without config, which see it through its agent. */
async function aCluster(engine: 'flux' | 'argocd') {
  const git = memoryGit(new VirtualClock());
  const reader: RepositoryReader = {
    head: (branch) => git.repository.head(branch),
    async files(revision, path) {
      const tree = await git.repository.tree(revision);
      return new Map(await Promise.all((await tree.list(path)).map(async (file) => [file, (await tree.read(file)) ?? ''] as const)));
    },
  };
  const world = await anAgentWorld({ repositories: (url) => (url === URL ? reader : undefined) });
  open.push(world);
  await world.start({ settings: { hold: minutes(1) } });
  const commit = (text: string): string => git.commit({ branch: 'main', files: new Map([[FILE, text]]), author: 'someone <someone@example.org>', message: 'change' }).sha;
  const first = commit(checkout('64Mi'));
  world.apply(namespace());
  deployFolder(world.objects, { engine, path: 'apps/shop', url: URL, branch: 'main' });
  await world.clock.run(minutes(4));

  async function during<T>(work: Promise<T>): Promise<T> {
    const done = work.then((value) => ({ value }), (error: unknown) => ({ error }));
    await world.clock.run(seconds(5));
    const outcome = await done;
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
  const context: EngineContext = {
    cluster: 'prod-1',
    readFrom: 'prod-1',
    async read(ref) {
      const answer = Answer.parse(await world.hub.ask('prod-1', { question: 'object', ref, limit: 500 }, seconds(20))) as ObjectAnswer;
      expect(answer.answer).toBe('object');
      return answer.objects as readonly KubeObject[];
    },
  };
  const made: Readonly<Record<string, GitOpsEngine>> = { flux: await flux.create({}, MORE), argocd: await argocd.create(parse(argocd.config, {}, 'config'), MORE), local: await local.create({}, MORE) };
  const engines = HubConfig.parse({}).gitopsEngines.flatMap(({ kind }) => made[kind] ?? []);
  const find = (asked: readonly GitOpsEngine[] = engines): Promise<Application | undefined> =>
    during((async () => {
      const [target] = await context.read({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' });
      if (!target) throw new Error('the Deployment was not applied');
      for (const one of asked) {
        const application = await one.findApplication(target, context);
        if (application) return application;
      }
      return undefined;
    })());
  const rollout = (application: Application, sha: string) => {
    const engineOf = engines.find(({ kind }) => kind === application.engine);
    return during(engineOf?.readRollout({ application: application.ref, commit: sha, isAncestor: (a, b) => git.repository.isAncestor(a, b) }, context) ?? Promise.reject(new Error('no engine')));
  };
  return { world, git, engines, first, commit, find, rollout };
}

describe.each(['flux', 'argocd'] as const)('a cluster of the sandbox that %s applies', (engine) => {
  it('is read by the engine of that name, through what its agent answers', async () => {
    const { first, find, rollout, commit, world } = await aCluster(engine);
    const application = await find();
    expect(application).toMatchObject({ engine, applied: first, refused: undefined, sources: [{ repoURL: URL, revision: 'main' }] });
    if (!application) return;
    expect(await rollout(application, first)).toMatchObject({ state: 'Applied', revision: first });
    const second = commit(checkout('128Mi'));
    expect((await rollout(application, second)).state).toBe('Waiting');
    await world.clock.run(minutes(4));
    expect(await rollout(application, second)).toMatchObject({ state: 'Applied', revision: second });
  });

  it('leads the raw layout to the one file that holds the target', async () => {
    const { find, git, first } = await aCluster(engine);
    const layout = await raw.create({}, MORE);
    const origin = await layout.locate({
      cluster: 'prod-1',
      target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' },
      application: await find(),
      binding: { selects: {}, forgeRef: 'local', repository: 'fleet', branch: 'main', editablePaths: ['apps/**'] },
      tree: await git.repository.tree(first),
    });
    expect(origin).toMatchObject({ layout: 'raw', path: FILE, document: 0, root: 'apps/shop' });
  });
});

describe('a cluster of the sandbox that Flux applies', () => {
  it('tells the same to the sandbox’s own engine', async () => {
    const { engines, find } = await aCluster('flux');
    const of = (kind: string) => find(engines.filter((one) => one.kind === kind));
    expect(await of('local')).toEqual({ ...(await of('flux')), engine: 'local' });
  });

  it('refuses a commit that cannot be built, and waits for one that nobody has tried', async () => {
    const { find, rollout, commit, world } = await aCluster('flux');
    const application = await find();
    if (!application) throw new Error('nothing owns the Deployment');
    const broken = commit(checkout('128Mi', '---\nkind: [\n'));
    expect((await rollout(application, broken)).state).toBe('Waiting');
    await world.clock.run(minutes(2));
    expect(await rollout(application, broken)).toMatchObject({ state: 'Refused', message: expect.stringContaining('BuildFailed') });
    expect((await find())?.refused).toContain('BuildFailed');
  });

  it('owns no copy of what it applied', async () => {
    const { world, engines } = await aCluster('flux');
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'fleet', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
    const copy = aDeployment({ name: 'checkout-copy' });
    world.apply({ ...copy, metadata: { ...copy.metadata, labels } });
    const context: EngineContext = { cluster: 'prod-1', read: async ({ apiVersion, kind, namespace: within, name }) => world.objects.list(apiVersion, kind).filter(({ metadata }) => (within ?? metadata.namespace) === metadata.namespace && (name ?? metadata.name) === metadata.name) as unknown as readonly KubeObject[] };
    for (const one of engines) expect(await one.findApplication({ ...copy, metadata: { ...copy.metadata, labels } }, context)).toBeUndefined();
  });
});
