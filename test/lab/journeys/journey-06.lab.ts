import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { fluxOf } from './engines.ts';
import { openJourney } from './journey.ts';
import { prepareHubCluster } from './product.ts';
import { checkout, namespaceOf } from './workload.ts';

const lab = inject('lab');
const namespace = 'shop-quota';
const title = 'journey 06: a quota refuses every pod, and the workload asks for less again while the quota stays';
const { bot, cluster, comes, desk, requests, startProduct, stop, tell, theRequest } = openJourney({ title, lab, namespace, repository: 'fleet-quota' });
const engine = fluxOf(lab);

const file = `apps/${namespace}/checkout.yaml`;
const quota = `${namespaceOf(namespace)}---
apiVersion: v1
kind: ResourceQuota
metadata: {name: compute, namespace: ${namespace}}
spec:
  hard: {limits.memory: 256Mi}
`;
const healthy = checkout({ namespace, recreate: true });
const commits = { faulty: '', merge: '' };
/** The quota as people wrote it; its status is counted by the cluster. */
const liveQuota = async (): Promise<object> => {
  const { metadata, spec } = await cluster.get<{ metadata: { uid: string }; spec: object }>('resourcequota', 'compute', '-n', namespace);
  return { uid: metadata.uid, spec };
};
const before: { quota?: object } = {};

beforeAll(async () => {
  await desk.create({ files: { [file]: healthy, [`apps/${namespace}/namespace.yaml`]: quota }, message: 'checkout 1.3.0' });
  await prepareHubCluster(lab, { repository: desk.repository, clusters: [{ name: 'lab', gitops: engine.gitops }] });
  await cluster.apply(engine.follow({ name: namespace, url: desk.url, path: `apps/${namespace}` }));
  await comes('the first version is healthy', 90, () => cluster.allReady(namespace));
  before.quota = await liveQuota();
  tell('Flux applied the first version: it runs with a limit of 64Mi, below a quota of 256Mi');
  await startProduct();
  tell('hub and agent are up');
}, 240_000);

afterAll(stop);

describe(title, () => {
  it('begins with a Deployment of which no pod exists', async () => {
    commits.faulty = await desk.commit({ [file]: checkout({ namespace, recreate: true, limit: '512Mi' }) }, 'checkout 1.3.1: never think of memory again');
    tell(`the next version asks for 512Mi: commit ${commits.faulty.slice(0, 8)}`);
    const refusals = (): Promise<string> => cluster.value('.items[*].message', 'events', '-n', namespace, '--field-selector', 'reason=FailedCreate');
    await comes('the API server has refused the new pod', 120, async () => (await cluster.pods(namespace)).length === 0 && (await refusals()).includes('exceeded quota: compute'));
    tell('the old pod is gone, the new one is refused: exceeded quota');
  });

  it('makes one request, though there is no pod that could fail', async () => {
    await comes('there is a request', 180, async () => (await requests()).length > 0);
    const { metadata, spec } = await theRequest();
    expect(spec).toMatchObject({ clusters: ['lab'], failure: { class: 'QuotaExceeded' }, target: { kind: 'Deployment', namespace, name: 'checkout' } });
    expect(await cluster.pods(namespace)).toEqual([]);
    tell(`request ${metadata.namespace}/${metadata.name}: ${spec.failure.message}`);
  });

  it('opens one pull request that takes the limit back, and leaves the quota alone', async () => {
    await comes('there is a pull request in Gitea', 180, async () => (await desk.pulls()).length > 0);
    const [pull] = await desk.pulls();
    if (!pull) throw new Error('the pull request is gone');
    const { files, lines } = await desk.changes(pull);
    expect([pull.user.login, files, lines]).toEqual([bot, [file], ['- memory: 512Mi', '+ memory: 64Mi']]);
    tell(`pull request #${pull.number} in Gitea: ${lines.join('  ')}`);
    commits.merge = await desk.merge(pull);
    tell(`merged by a person as ${commits.merge.slice(0, 8)}`);
  });

  it('has a pod again as soon as Flux has applied the merge', async () => {
    await comes('Flux has applied the merge', 120, () => engine.hasApplied(namespace, commits.merge));
    await comes('the pod is ready', 90, () => cluster.allReady(namespace));
    expect(await cluster.value('.items[*].spec.containers[*].resources.limits.memory', 'pods', '-n', namespace)).toBe('64Mi');
    tell('running and ready at 64Mi');
  });

  it('ends as Succeeded at the first attempt', async () => {
    await comes('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded');
    const { status } = await theRequest();
    expect([status.attempt, status.clusters?.map(({ rollout }) => rollout)]).toMatchObject([1, [{ engine: 'flux', state: 'Applied', revision: commits.merge }]]);
    tell(`recovered, and still so after the hold: phase ${status.phase}`);
  });

  it('leaves the quota as it was, in Git and in the cluster', async () => {
    expect(await liveQuota()).toEqual(before.quota);
    expect(await desk.filesOf(commits.merge)).toEqual([file]);
    const all = await desk.commits();
    expect([all.slice(0, 2), all.length]).toEqual([[commits.merge, commits.faulty], 3]);
    expect([await desk.pulls(), await requests()].map(({ length }) => length)).toEqual([1, 1]);
  });
});
