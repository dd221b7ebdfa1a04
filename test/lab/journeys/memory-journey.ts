import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerState } from './cluster-view.ts';
import type { JourneyEngine } from './engines.ts';
import { openJourney, type JourneyPlan } from './journey.ts';
import { prepareHubCluster } from './product.ts';
import { checkout, namespaceOf } from './workload.ts';

export interface MemoryJourney extends JourneyPlan {
  readonly engine: JourneyEngine;
}

const LIMIT = '64Mi # enough for the old cache';

/** The kernel ended it, for its limit. */
export const isKilled = ({ terminated }: ContainerState): boolean => terminated?.reason === 'OOMKilled' && terminated.exitCode === 137;

/** The seed demo on real servers: a container that the kernel kills at 64Mi, a pull request on Gitea, a person's merge, an engine that applies it. */
export const memoryJourney = ({ engine, ...plan }: MemoryJourney): void => {
  const { title, lab, namespace } = plan;
  const { bot, cluster, comes, desk, requests, startProduct, stop, tell, theRequest } = openJourney(plan);
  const file = `apps/${namespace}/checkout.yaml`;
  const commits = { faulty: '', merge: '' };
  const liveLimit = (): Promise<string> => cluster.value('.spec.template.spec.containers[0].resources.limits.memory', 'deployment', 'checkout', '-n', namespace);

  beforeAll(async () => {
    await desk.create({ files: { [file]: checkout({ namespace, limit: LIMIT }), [`apps/${namespace}/namespace.yaml`]: namespaceOf(namespace), 'README.md': '# fleet\n' }, message: 'checkout 1.3.0' });
    await prepareHubCluster(lab, { repository: desk.repository, clusters: [{ name: 'lab', gitops: engine.gitops }] });
    await cluster.apply(engine.follow({ name: namespace, url: desk.url, path: `apps/${namespace}` }));
    await comes('the first version is healthy', 90, () => cluster.allReady(namespace));
    tell(`${engine.name} applied the first version: running and ready at 64Mi`);
    await startProduct();
    tell('hub and agent are up');
  }, 240_000);

  afterAll(stop);

  describe(title, () => {
    it('begins with a container that the kernel kills at 64Mi', async () => {
      commits.faulty = await desk.commit({ [file]: checkout({ namespace, held: '100Mi', limit: LIMIT }) }, 'checkout 1.4.0: a bigger cache');
      tell(`the next version needs 100Mi: commit ${commits.faulty.slice(0, 8)}`);
      await comes('a container was killed for memory', 90, async () => (await cluster.containers(namespace)).some(({ state, lastState }) => isKilled(state) || isKilled(lastState)));
      tell('the kernel killed the container: OOMKilled, exit code 137');
    });

    it('makes exactly one request', async () => {
      await comes('there is a request', 90, async () => (await requests()).length > 0);
      const { metadata, spec } = await theRequest();
      expect(spec).toMatchObject({ clusters: ['lab'], failure: { class: 'OOMKilled' }, target: { kind: 'Deployment', namespace, name: 'checkout' } });
      tell(`request ${metadata.namespace}/${metadata.name}: ${spec.failure.message}`);
    });

    it('opens one pull request that changes one line of the file that the Deployment came from', async () => {
      await comes('there is a pull request in Gitea', 180, async () => (await desk.pulls()).length > 0);
      const [pull] = await desk.pulls();
      if (!pull) throw new Error('the pull request is gone');
      const { files, lines } = await desk.changes(pull);
      expect([pull.user.login, files, lines]).toEqual([bot, [file], [`- memory: ${LIMIT}`, '+ memory: 128Mi # enough for the old cache']]);
      tell(`pull request #${pull.number} in Gitea: ${lines.join('  ')}`);
    });

    it('waits for a person, who merges it', async () => {
      expect(await liveLimit()).toBe('64Mi');
      const [pull] = await desk.pulls();
      if (!pull) throw new Error('the pull request is gone');
      commits.merge = await desk.merge(pull);
      tell(`merged by a person as ${commits.merge.slice(0, 8)}`);
    });

    it(`reaches the cluster through ${engine.name}`, async () => {
      await comes(`${engine.name} has applied the merge`, 120, () => engine.hasApplied(namespace, commits.merge));
      tell(`${engine.name} applied revision ${commits.merge.slice(0, 8)}`);
      expect(await liveLimit()).toBe('128Mi');
      await comes('the new pod is ready', 90, () => cluster.allReady(namespace));
      tell('running and ready at 128Mi');
    });

    it('ends as Succeeded at the first attempt, and is remembered', async () => {
      await comes('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded');
      const { metadata, status } = await theRequest();
      await cluster.kubectl(['wait', `remediationrequests.fleetmend.dev/${metadata.name}`, '--namespace', metadata.namespace, '--for=condition=Recovered', '--timeout=10s']);
      expect(status.attempt).toBe(1);
      expect(status.clusters?.map(({ rollout }) => rollout)).toMatchObject([{ engine: engine.gitops.engine, state: 'Applied', revision: commits.merge }]);
      tell(`recovered, and still so after the hold: phase ${status.phase}`);
      await comes('the precedent is stored', 60, async () => (await theRequest()).status.aftermath?.learned !== undefined);
      tell('the case is stored as a precedent');
    });

    it('leaves one commit more in Git, one pull request, one request', async () => {
      const all = await desk.commits();
      expect([all.slice(0, 2), all.length]).toEqual([[commits.merge, commits.faulty], 3]);
      expect(await desk.pulls()).toHaveLength(1);
      expect(await requests()).toHaveLength(1);
    });
  });
};
