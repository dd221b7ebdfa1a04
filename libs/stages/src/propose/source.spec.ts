import type { KubeObject } from '@fleetmend/model';
import type { Application, GitOpsEngine } from '@fleetmend/plugin-api';
import type { StageDeps } from '../stage.ts';
import { describe, expect, it } from 'vitest';
import type { Tree } from '@fleetmend/ports';
import { demandFollowed, demandRepository, engineContext, findApplication, locate, ownSources } from './source.ts';

const target: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };
const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'shop', name: 'web' };

function anEngine(kind: string): GitOpsEngine {
  const application: Application = { engine: kind, ref: release, sources: [], applied: undefined, refused: undefined, evidence: [] };
  return { kind, findApplication: async () => application, listApplications: async () => [application], readRollout: async () => ({ state: 'Unknown', revision: undefined, message: '' }) };
}

function depsWith(engine: string | undefined): Parameters<typeof findApplication>[0] {
  const cluster = { name: 'prod-1', labels: {}, spec: engine === undefined ? {} : { gitops: { engine, readFrom: 'agent' } } };
  return { engines: [anEngine('flux'), anEngine('argocd')], settings: { clusters: async () => [cluster] }, clusters: {} } as unknown as Pick<StageDeps, 'clusters' | 'engines' | 'settings'>;
}

describe('the engine of a target', () => {
  it.each([
    [undefined, 'flux'],
    ['argocd', 'argocd'],
    ['none of ours', 'flux'],
  ])('is asked for in the order of the config, after the one that the FleetCluster names: %s', async (named, first) => {
    expect((await findApplication(depsWith(named), 'prod-1', target))?.application.engine).toBe(first);
  });

  it('is told whose API it reads', () => {
    const cluster = (readFrom: string) => ({ name: 'prod-1', spec: { gitops: { engine: 'flux', readFrom } } }) as never;
    expect(engineContext(depsWith('flux'), cluster('agent'), 'prod-1').readFrom).toBe('prod-1');
    expect(engineContext(depsWith('flux'), cluster('hub'), 'prod-1').readFrom).toBe('hub');
  });
});

describe('a target that another object in Git is rendered to', () => {
  it('is refused by the name of that object when no layout edits it', async () => {
    const application: Application = { engine: 'flux', ref: release, renderedBy: release, sources: [], applied: undefined, refused: undefined, evidence: [] };
    const input = { cluster: 'prod-1', live: target, application, binding: { repository: 'fleet', layoutHint: undefined }, tree: { revision: 'a'.repeat(40) } };
    await expect(locate([], input as never)).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringMatching(/Deployment\/shop\/web is rendered from HelmRelease\/shop\/web/) });
  });
});

describe('what an application follows', () => {
  const following = (...revisions: readonly string[]): Application => ({ engine: 'argocd', ref: release, sources: revisions.map((revision) => ({ repoURL: 'fleet', path: 'apps', revision })), applied: undefined, refused: undefined, evidence: [] });

  it.each([['main'], ['refs/heads/main'], ['HEAD'], [''], ['1.2.0', 'main'], []])('may be the bound branch: %j', (...revisions) => {
    expect(() => demandFollowed(following(...revisions), { branch: 'main' })).not.toThrow();
  });

  it('is of the repository that is bound to its objects, where several are bound', () => {
    const binding = (name: string, repository: string) => ({ name, namespace: 'team', spec: { selects: {}, forgeRef: 'f', repository, branch: 'main', editablePaths: ['**'] } }) as never;
    const [fleet, shop] = [binding('fleet', 'acme/fleet'), binding('shop', 'acme/shop')];
    const from = (...addresses: readonly string[]): Application => ({ ...following(), sources: addresses.map((repoURL) => ({ repoURL, path: 'apps', revision: 'main' })) });
    expect(() => demandRepository(from('https://git.example.org/acme/fleet.git'), fleet, [fleet, shop])).not.toThrow();
    expect(() => demandRepository(from('git@git.example.org:acme/shop.git', 'https://git.example.org/acme/fleet'), fleet, [fleet, shop])).not.toThrow();
    expect(() => demandRepository(from('http://mirror.example.org/other'), fleet, [fleet, shop])).not.toThrow();
    expect(() => demandRepository(from('git@git.example.org:acme/shop.git'), fleet, [fleet, shop])).toThrow(expect.objectContaining({ reason: 'RepositoryDiffers', message: expect.stringMatching(/acme\/shop, which RepoBinding team\/shop binds, and team\/fleet/) }));
  });

  it.each([['v1.4'], ['release'], ['a'.repeat(40)], ['v1', 'release']])('may be something that no commit there reaches: %s', (...revisions) => {
    expect(() => demandFollowed(following(...revisions), { branch: 'main' })).toThrow(expect.objectContaining({ reason: 'BranchNotFollowed', message: expect.stringContaining(`follows ${revisions.join(', ')}, and the RepoBinding edits main`) }));
  });
});

describe('the sources of an application', () => {
  const sourceAt = (repoURL: string): Application['sources'][number] => ({ repoURL, path: 'web', revision: 'main' });
  const of = (...sources: Application['sources']): Application => ({ engine: 'argocd', ref: release, sources, applied: undefined, refused: undefined, evidence: [] });
  const tree: Tree = { revision: 'a'.repeat(40), read: async () => undefined, list: async () => [], elsewhere: async ({ url }) => (url === 'fleet' ? '' : url === 'charts' ? '.fleetmend/elsewhere/charts' : undefined) };

  it('in the bound repository are told from those in others', async () => {
    expect(await ownSources(of(sourceAt('charts'), sourceAt('fleet')), tree)).toEqual([sourceAt('fleet')]);
  });

  it('are all taken for it where it is not among their addresses', async () => {
    expect(await ownSources(of(sourceAt('charts'), sourceAt('another name')), tree)).toHaveLength(2);
  });
});
