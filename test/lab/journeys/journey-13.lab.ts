import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { clusterSecret } from '../boot/argocd.ts';
import { applicationOf } from '../contracts/argocd-application.ts';
import { clusterView, type ClusterView } from './cluster-view.ts';
import { openJourney } from './journey.ts';
import { prepareHubCluster } from './product.ts';
import { checkout, namespaceOf } from './workload.ts';

const lab = inject('lab');
const [hub, fleet, argocd] = [lab.kubernetes, lab.fleet, lab.argocd?.namespace ?? ''];
if (!hub || !fleet) throw new Error('this spec needs kubernetes and fleet: add them to its servers in test/lab/specs.ts');

const namespace = 'shop-fleet';
const title = 'journey 13: one bad commit over three clusters is one request, one pull request and three verifications';
const { bot, cluster, comes, desk, requests, startProduct, stop, tell, theRequest } = openJourney({ title, lab, namespace, repository: 'fleet-of-three' });

interface Member {
  readonly name: string;
  readonly server: string;
  readonly kubeconfig: string;
  readonly view: ClusterView;
}
/** The hub's own cluster, whose node is a kubelet, and two whose nodes are simulated: what the scheduler says is real in all of them. */
const members: readonly Member[] = [{ name: 'lab', ...hub }, ...fleet].map(({ name, server, kubeconfig }) => ({ name, server, kubeconfig, view: clusterView(lab, kubeconfig) }));
const applicationIn = ({ name }: Pick<Member, 'name'>): string => `${namespace}-${name}`;
const everywhere = async (holds: (member: Member) => Promise<boolean>): Promise<boolean> => (await Promise.all(members.map(holds))).every(Boolean);

const file = `apps/${namespace}/checkout.yaml`;
const commits = { faulty: '', merge: '' };
const liveCpu = ({ view }: Member): Promise<string> => view.value('.spec.template.spec.containers[0].resources.requests.cpu', 'deployment', 'checkout', '-n', namespace);
/** What the scheduler says of pods that it finds no node for. */
const unplaced = async ({ view }: Member): Promise<readonly string[]> =>
  (await view.pods(namespace)).flatMap(({ status }) => (status.conditions ?? []).filter(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable').map(({ message = '' }) => message));
const hasApplied = async (member: Member, commit: string): Promise<boolean> =>
  (await cluster.value('.status.sync.status} {.status.sync.revision', 'applications.argoproj.io', applicationIn(member), '-n', argocd)) === `Synced ${commit}`;

beforeAll(async () => {
  await desk.create({ files: { [file]: checkout({ namespace }), [`apps/${namespace}/namespace.yaml`]: namespaceOf(namespace) }, message: 'checkout 1.3.0' });
  await prepareHubCluster(lab, {
    repository: desk.repository,
    clusters: members.map(({ name, server }) => ({ name, gitops: { engine: 'argocd', readFrom: 'lab', argoDestination: { server } } })),
  });
  for (const member of fleet) await cluster.apply(clusterSecret(member.name, member));
  for (const member of members) {
    await cluster.apply(applicationOf({ name: applicationIn(member), namespace: argocd, url: desk.url, path: `apps/${namespace}`, server: member.server, into: namespace }));
  }
  await comes('the first version is healthy in all three clusters', 120, () => everywhere(({ view }) => view.allReady(namespace)));
  tell(`one Argo CD applied the first version to ${members.map(({ name }) => name).join(', ')}`);
  await startProduct({
    agents: members.map(({ name, kubeconfig }) => ({ cluster: name, kubeconfig })),
    // As in production: the clusters see the same commit some seconds apart.
    settings: { groupingWindow: '10s' },
  });
  tell('the hub and three agents are up');
}, 300_000);

afterAll(stop);

describe(title, () => {
  it('begins with one commit after which no cluster has a node for the pod', async () => {
    commits.faulty = await desk.commit({ [file]: checkout({ namespace, cpu: '100' }) }, 'checkout 1.3.1: a little more CPU');
    tell(`somebody lost a unit: commit ${commits.faulty.slice(0, 8)} asks for 100 CPUs`);
    await comes('the new pod is unschedulable in all three clusters', 120, () => everywhere(async (member) => (await unplaced(member)).some((message) => message.includes('Insufficient cpu'))));
    tell('three schedulers say: Insufficient cpu');
  });

  it('makes one request for the three of them', async () => {
    await comes('there is a request', 240, async () => (await requests()).length > 0);
    const { metadata, spec } = await theRequest();
    expect(spec).toMatchObject({ clusters: members.map(({ name }) => name).sort(), failure: { class: 'Unschedulable' }, target: { kind: 'Deployment', namespace, name: 'checkout' } });
    tell(`request ${metadata.namespace}/${metadata.name} of ${spec.clusters.join(', ')}: ${spec.failure.message}`);
  });

  it('opens one pull request, which changes one line, and a person merges it', async () => {
    await comes('there is a pull request in Gitea', 180, async () => (await desk.pulls()).length > 0);
    const [pull] = await desk.pulls();
    if (!pull) throw new Error('the pull request is gone');
    const { files, lines } = await desk.changes(pull);
    expect([pull.user.login, files, lines]).toEqual([bot, [file], ['- requests: {cpu: 100, memory: 32Mi}', '+ requests: {cpu: 10m, memory: 32Mi}']]);
    tell(`pull request #${pull.number} in Gitea: ${lines.join('  ')}`);
    commits.merge = await desk.merge(pull);
    tell(`merged by a person as ${commits.merge.slice(0, 8)}`);
  });

  it('reaches all three clusters', async () => {
    await comes('Argo CD has applied the merge everywhere', 120, () => everywhere((member) => hasApplied(member, commits.merge)));
    expect(await Promise.all(members.map(liveCpu))).toEqual(['10m', '10m', '10m']);
    await comes('no pod waits for a node any more', 120, () => everywhere(async (member) => (await member.view.allReady(namespace)) && (await unplaced(member)).length === 0));
    tell('every pod of every cluster is ready');
  });

  it('ends as Succeeded once each cluster was verified', async () => {
    await comes('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded');
    const { status } = await theRequest();
    const verified = status.clusters?.map(({ name, rollout, verification }) => ({ name, rollout: rollout?.state, revision: rollout?.revision, verification: verification?.state })).toSorted((a, b) => a.name.localeCompare(b.name));
    expect([status.attempt, verified]).toEqual([1, members.map(({ name }) => name).sort().map((name) => ({ name, rollout: 'Applied', revision: commits.merge, verification: 'Healthy' }))]);
    tell(`recovered in all three, and still so after the hold: phase ${status.phase}`);
  });

  it('leaves one commit more in Git, one pull request, one request', async () => {
    const all = await desk.commits();
    expect([all.slice(0, 2), all.length]).toEqual([[commits.merge, commits.faulty], 3]);
    expect([await desk.pulls(), await requests()].map(({ length }) => length)).toEqual([1, 1]);
  });
});
