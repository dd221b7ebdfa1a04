import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetClusterSpec, RemediationRequest } from '@fleetmend/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import type { LabFacts } from '../boot/lab.ts';
import { until } from '../boot/server-process.ts';
import { commitAsOwner, createRepository, giteaApi } from '../contracts/gitea-api.ts';
import { LABAPP_IMAGE } from '../images/images.ts';
import { prepareHubCluster, startProduct, type Product } from './product.ts';
import { startStory, type Story } from './story.ts';

const checkout = (namespace: string, held: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: ${namespace}
spec:
  replicas: 1
  selector:
    matchLabels: {app: checkout}
  template:
    metadata:
      labels: {app: checkout}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: ${LABAPP_IMAGE}
        args: ["--log=checkout 1.4.0", "--hold-memory=${held}", "--listen=8080", "--health=/healthz"]
        resources:
          requests: {cpu: 10m, memory: 32Mi}
          limits:
            memory: 64Mi # enough for the old cache
        readinessProbe:
          httpGet: {path: /healthz, port: 8080}
          periodSeconds: 1
`;

const namespaceOf = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;

interface PodStatus {
  readonly containerStatuses?: readonly { readonly ready: boolean; readonly state: ContainerState; readonly lastState: ContainerState }[];
}
interface ContainerState {
  readonly terminated?: { readonly reason: string; readonly exitCode: number };
}
interface PullRequest {
  readonly number: number;
  readonly state: string;
  readonly user: { readonly login: string };
  readonly merge_commit_sha: string | null;
  readonly html_url: string;
}

/** A GitOps engine of the lab, as a platform team would set it up. */
export interface JourneyEngine {
  readonly name: string;
  readonly gitops: NonNullable<FleetClusterSpec['gitops']>;
  /** What makes it follow a folder of a repository's `main`. */
  follow(folder: { readonly name: string; readonly url: string; readonly path: string }): object;
  hasApplied(name: string, commit: string): Promise<boolean>;
}

export interface MemoryJourney {
  readonly title: string;
  readonly lab: LabFacts;
  readonly engine: JourneyEngine;
  /** Of the workload; each journey has its own, so that several can follow each other in one lab. */
  readonly namespace: string;
  readonly repository: string;
}

/** The seed demo on real servers: a container that the kernel kills at 64Mi, a pull request on Gitea, a person's merge, an engine that applies it. */
export const memoryJourney = ({ title, lab, engine, namespace, repository }: MemoryJourney): void => {
  const { gitea } = lab;
  if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
  const human = giteaApi(gitea, gitea.admin);
  const file = `apps/${namespace}/checkout.yaml`;
  const world: { product?: Product; story?: Story; repository: string; merge: string; faulty: string } = { repository: '', merge: '', faulty: '' };
  const tell = (what: string): void => world.story?.tell(what);

  const get = async <T>(...args: string[]): Promise<T> => JSON.parse(await kubectlIn(lab, ['get', ...args, '--output', 'json'])) as T;
  const containers = async (): Promise<readonly NonNullable<PodStatus['containerStatuses']>[number][]> =>
    (await get<{ items: { status: PodStatus }[] }>('pods', '-n', namespace)).items.flatMap(({ status }) => status.containerStatuses ?? []);
  const requests = async (): Promise<readonly RemediationRequest[]> =>
    (await get<{ items: RemediationRequest[] }>('remediationrequests.fleetmend.dev', '-A')).items.filter(({ spec }) => spec.target?.namespace === namespace);
  const theRequest = async (): Promise<RemediationRequest> => {
    const all = await requests();
    const [only] = all;
    if (!only || all.length !== 1) throw new Error(`there are ${all.length} requests, one was expected`);
    return only;
  };
  const liveLimit = (): Promise<string> => kubectlIn(lab, ['get', 'deployment', 'checkout', '-n', namespace, '-o', 'jsonpath={.spec.template.spec.containers[0].resources.limits.memory}']);
  const pulls = async (): Promise<readonly PullRequest[]> => (await human.call<PullRequest[]>('GET', `/repos/${world.repository}/pulls?state=all`)) ?? [];

  /** What the product was saying when a step did not come: without it a time-out explains nothing. */
  const explained = async (step: Promise<void>): Promise<void> => {
    try {
      await step;
    } catch (error) {
      const status = JSON.stringify((await requests().catch(() => []))[0]?.status ?? 'no request', null, 1);
      throw new Error(`${(error as Error).message}\nthe request: ${status.slice(0, 3000)}\nthe hub:\n${world.product?.hubLog().split('\n').slice(-8).join('\n').slice(0, 3000)}\nthe agent:\n${world.product?.agentLog().split('\n').slice(-5).join('\n').slice(0, 1500)}`, { cause: error });
    }
  };

  beforeAll(async () => {
    world.story = startStory(title);
    world.repository = await createRepository(gitea, { name: repository, files: { [file]: checkout(namespace, '20Mi'), [`apps/${namespace}/namespace.yaml`]: namespaceOf(namespace), 'README.md': '# fleet\n' }, message: 'checkout 1.3.0' });
    await prepareHubCluster(lab, { repository: world.repository, gitops: engine.gitops });
    await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(engine.follow({ name: namespace, url: `${gitea.url}/${world.repository}.git`, path: `apps/${namespace}` })));
    await until('the first version is healthy', 90, async () => (await containers()).some(({ ready }) => ready));
    tell(`${engine.name} applied the first version: running and ready at 64Mi`);
    world.product = await startProduct(lab, mkdtempSync(join(tmpdir(), 'product-')));
    tell('hub and agent are up');
  }, 240_000);

  afterAll(() => world.product?.stop());

  describe(title, () => {
    it('begins with a container that the kernel kills at 64Mi', async () => {
      world.faulty = await commitAsOwner(gitea, { repository: world.repository, branch: 'main', files: { [file]: checkout(namespace, '100Mi') }, message: 'checkout 1.4.0: a bigger cache' });
      tell(`the next version needs 100Mi: commit ${world.faulty.slice(0, 8)}`);
      const killed = (state: ContainerState): boolean => state.terminated?.reason === 'OOMKilled' && state.terminated.exitCode === 137;
      await explained(until('a container was killed for memory', 90, async () => (await containers()).some(({ state, lastState }) => killed(state) || killed(lastState))));
      tell('the kernel killed the container: OOMKilled, exit code 137');
    });

    it('makes exactly one request', async () => {
      await explained(until('there is a request', 90, async () => (await requests()).length > 0));
      const { metadata, spec } = await theRequest();
      expect(spec).toMatchObject({ clusters: ['lab'], failure: { class: 'OOMKilled' }, target: { kind: 'Deployment', namespace, name: 'checkout' } });
      tell(`request ${metadata.namespace}/${metadata.name}: ${spec.failure.message}`);
    });

    it('opens one pull request that changes one line of the file that the Deployment came from', async () => {
      await explained(until('there is a pull request in Gitea', 180, async () => (await pulls()).length > 0));
      const [pull] = await pulls();
      expect(pull?.user.login).toBe(gitea.bot.name);
      const diff = await (await fetch(`${gitea.url}/${world.repository}/pulls/${pull?.number}.diff`)).text();
      const changed = diff.split('\n').filter((line) => /^[+-](?![+-])/.test(line)).map((line) => `${line[0]} ${line.slice(1).trim()}`);
      expect(changed).toEqual(['- memory: 64Mi # enough for the old cache', '+ memory: 128Mi # enough for the old cache']);
      expect(diff).toContain(`+++ b/${file}`);
      tell(`pull request #${pull?.number} in Gitea: ${changed.join('  ')}`);
    });

    it('waits for a person, who merges it', async () => {
      expect(await liveLimit()).toBe('64Mi');
      const [pull] = await pulls();
      const path = `/repos/${world.repository}/pulls/${pull?.number}`;
      await human.call('POST', `${path}/reviews`, { body: { event: 'APPROVED', body: 'looks right' } });
      // Gitea answers 405 while it still finds out whether the branch can be merged.
      await until('Gitea lets a person merge', 30, async () => {
        await human.call('POST', `${path}/merge`, { body: { Do: 'squash' } });
        return true;
      });
      await until('Gitea tells the merge commit', 30, async () => Boolean((await pulls())[0]?.merge_commit_sha));
      world.merge = (await pulls())[0]?.merge_commit_sha ?? '';
      tell(`merged by ${gitea.admin.name} as ${world.merge.slice(0, 8)}`);
    });

    it(`reaches the cluster through ${engine.name}`, async () => {
      await explained(until(`${engine.name} has applied the merge`, 120, () => engine.hasApplied(namespace, world.merge)));
      tell(`${engine.name} applied revision ${world.merge.slice(0, 8)}`);
      expect(await liveLimit()).toBe('128Mi');
      await explained(until('the new pod is ready', 90, async () => (await containers()).every(({ ready }) => ready)));
      tell('running and ready at 128Mi');
    });

    it('ends as Succeeded at the first attempt, and is remembered', async () => {
      await explained(until('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded'));
      const { metadata, status } = await theRequest();
      await kubectlIn(lab, ['wait', `remediationrequests.fleetmend.dev/${metadata.name}`, '--namespace', metadata.namespace, '--for=condition=Recovered', '--timeout=10s']);
      expect(status.attempt).toBe(1);
      expect(status.clusters?.map(({ rollout }) => rollout)).toMatchObject([{ engine: engine.gitops.engine, state: 'Applied', revision: world.merge }]);
      tell(`recovered, and still so after the hold: phase ${status.phase}`);
      await explained(until('the precedent is stored', 60, async () => (await theRequest()).status.aftermath?.learned !== undefined));
      tell('the case is stored as a precedent');
    });

    it('leaves one commit more in Git, one pull request, one request', async () => {
      const commits = await human.call<{ sha: string }[]>('GET', `/repos/${world.repository}/commits?sha=main&stat=false`);
      expect(commits?.map(({ sha }) => sha).slice(0, 2)).toEqual([world.merge, world.faulty]);
      expect(commits).toHaveLength(3);
      expect(await pulls()).toHaveLength(1);
      expect(await requests()).toHaveLength(1);
    });
  });
};
