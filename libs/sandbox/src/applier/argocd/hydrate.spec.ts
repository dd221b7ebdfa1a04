import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import { cluster, configMap, URL } from '../spec-support/bench.ts';
import { APPLICATION } from './shapes.ts';
import type { Application, SourceHydrator } from './shapes.ts';

async function hydrated(rest: Partial<SourceHydrator> = {}, files: Readonly<Record<string, string>> = { 'apps/a.yaml': configMap('a', '1') }) {
  const bench = await cluster();
  const { repository, clock, objects } = bench;
  const head = await repository.write(files);
  bench.create({
    ...APPLICATION,
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      sourceHydrator: { drySource: { repoURL: URL, path: 'apps', targetRevision: 'main' }, syncSource: { targetBranch: 'env/prod', path: 'shop' }, ...rest },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  });
  await clock.run(seconds(3));
  const status = () => objects.get<Application>(APPLICATION.apiVersion, APPLICATION.kind, 'argocd', 'shop')?.status;
  const branch = async (name: string) => repository.files(await repository.head(name), '');
  return { ...bench, head, status, branch };
}

describe('an Application with a source hydrator', () => {
  test('writes what the dry source renders to into the other branch, and syncs that', async () => {
    const { head, repository, branch, status, objects, errors } = await hydrated();
    const made = await repository.head('env/prod');
    expect((await branch('env/prod')).get('shop/manifest.yaml')).toContain('name: a');
    expect(JSON.parse((await branch('env/prod')).get('hydrator.metadata') ?? '')).toMatchObject({ drySha: head });
    expect(status()).toMatchObject({
      sourceHydrator: { currentOperation: { phase: 'Hydrated', drySHA: head, hydratedSHA: made }, lastSuccessfulOperation: { drySHA: head, hydratedSHA: made } },
      sync: { status: 'Synced', revision: made, comparedTo: { source: { repoURL: URL, path: 'shop', targetRevision: 'env/prod' } } },
      operationState: { phase: 'Succeeded', syncResult: { revision: made } },
    });
    expect(objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeDefined();
    expect(errors).toEqual([]);
  });

  test('hydrates each commit of the dry source once', async () => {
    const { repository, clock, applier, status } = await hydrated();
    const before = await repository.head('env/prod');
    await clock.run(minutes(10));
    expect(await repository.head('env/prod')).toBe(before);
    const next = await repository.write({ 'apps/a.yaml': configMap('a', '2') });
    applier.nudge();
    await clock.run(seconds(3));
    expect(status()?.sourceHydrator?.lastSuccessfulOperation?.drySHA).toBe(next);
    expect(status()?.sync?.revision).toBe(await repository.head('env/prod'));
  });

  test('says why it cannot hydrate, keeps what was applied, and tries again later', async () => {
    const { repository, clock, applier, status, objects, head } = await hydrated();
    const next = await repository.write({ 'apps/a.yaml': 'kind: [\n' });
    applier.nudge();
    await clock.run(seconds(3));
    expect(status()?.sourceHydrator).toMatchObject({ currentOperation: { phase: 'Failed', drySHA: next, message: expect.stringMatching(/^Failed to hydrate revision .*a\.yaml/) }, lastSuccessfulOperation: { drySHA: head } });
    expect(objects.get('v1', 'ConfigMap', 'shop', 'a')).toMatchObject({ data: { key: '1' } });
    const first = status()?.sourceHydrator?.currentOperation?.startedAt;
    await clock.run(minutes(4));
    expect(status()?.sourceHydrator?.currentOperation?.startedAt).not.toBe(first);
  });

  test('leaves it to people to bring what is hydrated into the branch that is synced', async () => {
    const { repository, branch, status, objects } = await hydrated({ hydrateTo: { targetBranch: 'env/prod-next' } });
    expect((await branch('env/prod-next')).has('shop/manifest.yaml')).toBe(true);
    expect((await branch('env/prod')).has('shop/manifest.yaml')).toBe(false);
    expect(status()?.sourceHydrator?.lastSuccessfulOperation?.hydratedSHA).toBe(await repository.head('env/prod-next'));
    expect(objects.get('v1', 'ConfigMap', 'shop', 'a')).toBeUndefined();
  });
});
