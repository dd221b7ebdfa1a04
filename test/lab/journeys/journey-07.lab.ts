import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { argocdOf } from './engines.ts';
import { openJourney } from './journey.ts';
import { isKilled } from './memory-journey.ts';
import { prepareHubCluster } from './product.ts';
import { checkout, namespaceOf } from './workload.ts';

const lab = inject('lab');
const namespace = 'shop-twice';
const title = 'journey 07: the first fix is not enough, and a second, different pull request is';
const { bot, cluster, comes, desk, requests, startProduct, stop, tell, theRequest } = openJourney({ title, lab, namespace, repository: 'fleet-twice' });
const engine = argocdOf(lab);

const file = `apps/${namespace}/checkout.yaml`;
const commits = { faulty: '', first: '', second: '' };
const liveLimit = (): Promise<string> => cluster.value('.spec.template.spec.containers[0].resources.limits.memory', 'deployment', 'checkout', '-n', namespace);
/** A container of a pod with this limit was killed for it. */
const killedAt = async (limit: string): Promise<boolean> => {
  const pods = await cluster.pods(namespace);
  return pods.some(({ spec, status }) => spec.containers.some(({ resources }) => resources?.limits?.memory === limit) && (status.containerStatuses ?? []).some(({ state, lastState }) => isKilled(state) || isKilled(lastState)));
};

beforeAll(async () => {
  await desk.create({ files: { [file]: checkout({ namespace }), [`apps/${namespace}/namespace.yaml`]: namespaceOf(namespace) }, message: 'checkout 1.3.0' });
  await prepareHubCluster(lab, { repository: desk.repository, clusters: [{ name: 'lab', gitops: engine.gitops }] });
  await cluster.apply(engine.follow({ name: namespace, url: desk.url, path: `apps/${namespace}` }));
  await comes('the first version is healthy', 90, () => cluster.allReady(namespace));
  tell('Argo CD applied the first version: running and ready at 64Mi');
  await startProduct();
  tell('hub and agent are up');
}, 240_000);

afterAll(stop);

describe(title, () => {
  /** The pull request of an attempt, which changes one line. */
  const proposed = async (attempt: number, from: string, to: string): Promise<string> => {
    await comes(`there is pull request ${attempt} in Gitea`, 180, async () => (await desk.pulls()).length >= attempt);
    const pull = (await desk.pulls())[attempt - 1];
    if (!pull) throw new Error(`pull request ${attempt} is gone`);
    const { files, lines } = await desk.changes(pull);
    expect([pull.user.login, files, lines]).toEqual([bot, [file], [`- memory: ${from}`, `+ memory: ${to}`]]);
    tell(`pull request #${pull.number} in Gitea: ${lines.join('  ')}`);
    const merge = await desk.merge(pull);
    tell(`merged by a person as ${merge.slice(0, 8)}`);
    return merge;
  };
  const applied = async (merge: string, limit: string): Promise<void> => {
    await comes('Argo CD has applied the merge', 120, () => engine.hasApplied(namespace, merge));
    expect(await liveLimit()).toBe(limit);
  };

  it('begins with a container that the kernel kills at 64Mi', async () => {
    // More than twice the limit, and one step may only double it.
    commits.faulty = await desk.commit({ [file]: checkout({ namespace, held: '150Mi' }) }, 'checkout 1.4.0: a much bigger cache');
    tell(`the next version needs 150Mi: commit ${commits.faulty.slice(0, 8)}`);
    await comes('a container was killed at 64Mi', 90, () => killedAt('64Mi'));
    tell('the kernel killed the container at 64Mi');
  });

  it('doubles the limit by a first pull request', async () => {
    commits.first = await proposed(1, '64Mi', '128Mi');
    expect((await theRequest()).spec).toMatchObject({ failure: { class: 'OOMKilled' }, target: { kind: 'Deployment', namespace, name: 'checkout' } });
    await applied(commits.first, '128Mi');
  });

  it('sees that it was not enough', async () => {
    await comes('a container was killed at 128Mi', 90, () => killedAt('128Mi'));
    tell('the kernel killed the container at 128Mi, too');
    await comes('the request is at its second attempt', 180, async () => (await theRequest()).status.attempt === 2);
    const { attempts = [] } = (await theRequest()).status;
    expect(attempts).toMatchObject([{ action: 'setResources' }]);
    tell(`the first attempt is archived: ${attempts[0]?.outcome} (${attempts[0]?.reason ?? ''})`);
  });

  it('doubles it once more by a second pull request of another branch', async () => {
    commits.second = await proposed(2, '128Mi', '256Mi');
    const branches = (await desk.pulls()).map(({ head }) => head.ref);
    expect(new Set(branches).size).toBe(2);
    await applied(commits.second, '256Mi');
    await comes('the new pod is ready', 90, () => cluster.allReady(namespace));
    tell('running and ready at 256Mi');
  });

  it('ends as Succeeded at the second attempt, one request all along', async () => {
    await comes('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded');
    const { status } = await theRequest();
    expect([status.attempt, status.clusters?.map(({ rollout }) => rollout)]).toMatchObject([2, [{ engine: 'argocd', state: 'Applied', revision: commits.second }]]);
    tell(`recovered, and still so after the hold: phase ${status.phase}`);
  });

  it('leaves two commits more in Git, two merged pull requests, one request', async () => {
    const all = await desk.commits();
    expect([all.slice(0, 3), all.length]).toEqual([[commits.second, commits.first, commits.faulty], 4]);
    expect([await desk.pulls(), await requests()].map(({ length }) => length)).toEqual([2, 1]);
  });
});
