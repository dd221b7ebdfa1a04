import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RemediationRequest } from '@fleetmend/model';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectlIn } from '../boot/kubectl-in.ts';
import { until } from '../boot/server-process.ts';
import { applicationOf } from '../contracts/argocd-application.ts';
import { commitAsOwner, createRepository, giteaApi } from '../contracts/gitea-api.ts';
import { LABAPP_IMAGE } from '../images/images.ts';
import { prepareHubCluster, startProduct, type Product } from './product.ts';
import { startStory, type Story } from './story.ts';

const lab = inject('lab');
const { gitea } = lab;
if (!gitea) throw new Error('this spec needs gitea: add it to its servers in test/lab/specs.ts');
const human = giteaApi(gitea, gitea.admin);

const NAMESPACE = 'shop';
const FILE = 'apps/shop/checkout.yaml';
const checkout = (held: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: ${NAMESPACE}
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

const world: { product?: Product; story?: Story; repository: string; merge: string; faulty: string } = { repository: '', merge: '', faulty: '' };
const tell = (what: string): void => world.story?.tell(what);

const get = async <T>(...args: string[]): Promise<T> => JSON.parse(await kubectlIn(lab, ['get', ...args, '--output', 'json'])) as T;
const containers = async (): Promise<readonly NonNullable<PodStatus['containerStatuses']>[number][]> =>
  (await get<{ items: { status: PodStatus }[] }>('pods', '-n', NAMESPACE)).items.flatMap(({ status }) => status.containerStatuses ?? []);
const requests = async (): Promise<readonly RemediationRequest[]> => (await get<{ items: RemediationRequest[] }>('remediationrequests.fleetmend.dev', '-A')).items;
const theRequest = async (): Promise<RemediationRequest> => {
  const all = await requests();
  const [only] = all;
  if (!only || all.length !== 1) throw new Error(`there are ${all.length} requests, one was expected`);
  return only;
};
const liveLimit = (): Promise<string> => kubectlIn(lab, ['get', 'deployment', 'checkout', '-n', NAMESPACE, '-o', 'jsonpath={.spec.template.spec.containers[0].resources.limits.memory}']);
const appliedRevision = (): Promise<string> => kubectlIn(lab, ['get', 'applications.argoproj.io', 'shop', '-n', lab.argocd?.namespace ?? '', '-o', 'jsonpath={.status.sync.status} {.status.sync.revision}']);
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
  world.story = startStory('Journey 01: a container is killed for memory, and a merged pull request heals it');
  world.repository = await createRepository(gitea, { name: 'fleet', files: { [FILE]: checkout('20Mi'), 'README.md': '# fleet\n' }, message: 'checkout 1.3.0' });
  await prepareHubCluster(lab, world.repository);
  await kubectlIn(lab, ['apply', '-f', '-'], JSON.stringify(applicationOf({ name: 'shop', namespace: lab.argocd?.namespace ?? '', url: `${gitea.url}/${world.repository}.git`, path: 'apps/shop', server: lab.kubernetes?.server ?? '' })));
  await until('the first version is healthy', 90, async () => (await containers()).some(({ ready }) => ready));
  tell('Argo CD applied the first version: running and ready at 64Mi');
  world.product = await startProduct(lab, mkdtempSync(join(tmpdir(), 'product-')));
  tell('hub and agent are up');
}, 240_000);

afterAll(() => world.product?.stop());

describe('journey 01: the seed demo on real servers', () => {
  it('begins with a container that the kernel kills at 64Mi', async () => {
    world.faulty = await commitAsOwner(gitea, { repository: world.repository, branch: 'main', files: { [FILE]: checkout('100Mi') }, message: 'checkout 1.4.0: a bigger cache' });
    tell(`the next version needs 100Mi: commit ${world.faulty.slice(0, 8)}`);
    const killed = (state: ContainerState): boolean => state.terminated?.reason === 'OOMKilled' && state.terminated.exitCode === 137;
    await explained(until('a container was killed for memory', 90, async () => (await containers()).some(({ state, lastState }) => killed(state) || killed(lastState))));
    tell('the kernel killed the container: OOMKilled, exit code 137');
  });

  it('makes exactly one request', async () => {
    await explained(until('there is a request', 90, async () => (await requests()).length > 0));
    const { metadata, spec } = await theRequest();
    expect(spec).toMatchObject({ clusters: ['lab'], failure: { class: 'OOMKilled' }, target: { kind: 'Deployment', namespace: NAMESPACE, name: 'checkout' } });
    tell(`request ${metadata.namespace}/${metadata.name}: ${spec.failure.message}`);
  });

  it('opens one pull request that changes one line of the file that the Deployment came from', async () => {
    await explained(until('there is a pull request in Gitea', 180, async () => (await pulls()).length > 0));
    const [pull] = await pulls();
    expect(pull?.user.login).toBe(gitea.bot.name);
    const diff = await (await fetch(`${gitea.url}/${world.repository}/pulls/${pull?.number}.diff`)).text();
    const changed = diff.split('\n').filter((line) => /^[+-](?![+-])/.test(line)).map((line) => `${line[0]} ${line.slice(1).trim()}`);
    expect(changed).toEqual(['- memory: 64Mi # enough for the old cache', '+ memory: 128Mi # enough for the old cache']);
    expect(diff).toContain(`+++ b/${FILE}`);
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

  it('reaches the cluster through Argo CD', async () => {
    await explained(until('Argo CD has synced the merge', 120, async () => (await appliedRevision()) === `Synced ${world.merge}`));
    tell(`Argo CD applied revision ${world.merge.slice(0, 8)}`);
    expect(await liveLimit()).toBe('128Mi');
    await explained(until('the new pod is ready', 90, async () => (await containers()).every(({ ready }) => ready)));
    tell('running and ready at 128Mi');
  });

  it('ends as Succeeded at the first attempt, and is remembered', async () => {
    await explained(until('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded'));
    await kubectlIn(lab, ['wait', 'remediationrequests.fleetmend.dev', '--all', '--all-namespaces', '--for=condition=Recovered', '--timeout=10s']);
    const { status } = await theRequest();
    expect(status.attempt).toBe(1);
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
