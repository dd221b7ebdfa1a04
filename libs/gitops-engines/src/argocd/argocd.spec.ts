import type { KubeObject } from '@fleetmend/model';
import { COMMITS, readFrom } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { argocd } from './argocd.ts';
import { anApplication, argoWorld } from './spec-support/argo-world.ts';

const engine = await argocd.create({ namespace: 'argocd' }, { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const { first, second } = COMMITS;
const { target } = argoWorld;
const tracked = (id: string): KubeObject => ({ ...target, metadata: { ...target.metadata, annotations: { 'argocd.argoproj.io/tracking-id': id } } });
const find = (object: KubeObject, objects: readonly KubeObject[], destination?: { readonly name?: string; readonly server?: string }) => engine.findApplication(object, { cluster: 'prod-1', read: readFrom(objects), destination });
const rollout = (object: KubeObject) =>
  engine.readRollout({ application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop' }, commit: second, isAncestor: async (a, b) => a === b }, { cluster: 'prod-1', read: readFrom([object]) });

const DRY = { repoURL: 'https://git.example.org/fleet', path: 'apps/shop', targetRevision: 'main' } as const;
const MADE = 'a'.repeat(40);
function hydrated(last: object, synced: string, rest: object = {}, hydrateTo?: object): KubeObject {
  const spec = { source: undefined, sourceHydrator: { drySource: DRY, syncSource: { targetBranch: 'env/prod', path: 'shop' }, ...(hydrateTo ? { hydrateTo } : {}) } };
  return anApplication({ owns: true, applied: synced }, { spec, status: { sourceHydrator: { lastSuccessfulOperation: last, ...rest } } });
}

describe('finding an Application', () => {
  it('counts only the destination that is this cluster', async () => {
    const there = anApplication({ owns: true }, { spec: { destination: { server: 'https://10.0.0.1:6443/', namespace: 'shop' } } });
    const byName = anApplication({ owns: true }, { spec: { destination: { name: 'prod-1' } } });
    expect(await find(target, [there])).toBeUndefined();
    expect(await find(target, [there], { server: 'https://10.0.0.1:6443' })).toBeDefined();
    expect(await find(target, [there], { server: 'https://10.0.0.2:6443' })).toBeUndefined();
    expect(await find(target, [byName], { name: 'prod-1', server: 'https://10.0.0.1:6443' })).toBeDefined();
    expect(await find(target, [byName])).toBeUndefined();
  });

  it('uses a tracking id that is about the target itself, in another namespace too', async () => {
    const rival = anApplication({ owns: true }, { name: 'rival' });
    const shared = anApplication({ owns: true }, { namespace: 'team' });
    expect((await find(tracked('team_shop:apps/Deployment:shop/checkout'), [rival, shared]))?.ref).toMatchObject({ namespace: 'team', name: 'shop' });
  });

  it('does not use a tracking id that was copied from another object', async () => {
    const copied = tracked('other:apps/Deployment:shop/original');
    const other = anApplication({ owns: true }, { name: 'other' });
    expect((await find(copied, [anApplication({ owns: true }), anApplication({ owns: false }, { name: 'other' })]))?.ref.name).toBe('shop');
    await expect(find(copied, [anApplication({ owns: true }), other])).rejects.toMatchObject({ reason: 'ApplicationAmbiguous', message: expect.stringMatching(/argocd\/shop, argocd\/other/) });
  });

  it('has no folder in Git for a chart, and all sources where there are several', async () => {
    const chart = anApplication({ owns: true }, { spec: { source: { repoURL: 'https://charts.example.org', chart: 'shop', targetRevision: '1.0.0' } } });
    const several = anApplication({ owns: true }, { spec: { sources: [{ repoURL: 'a', path: 'x' }, { repoURL: 'b', ref: 'values' }] } });
    expect((await find(target, [chart]))?.sources).toEqual([]);
    expect((await find(target, [several]))?.sources).toEqual([
      { repoURL: 'a', path: 'x', revision: 'HEAD' },
      { repoURL: 'b', path: '', revision: 'HEAD' },
    ]);
  });

  it('says of each of several sources which commit was applied of it', async () => {
    const [first, second] = ['1'.repeat(40), '2'.repeat(40)];
    const several = anApplication({ owns: true }, { spec: { sources: [{ repoURL: 'charts', path: 'x' }, { repoURL: 'values', ref: 'values' }] }, status: { sync: { status: 'Synced', revisions: [first, second] } } });
    expect((await find(target, [several]))?.sources).toMatchObject([{ repoURL: 'charts', applied: first }, { repoURL: 'values', applied: second }]);
  });

  it('is made from the dry source where it is hydrated, and has applied the commit that the synced one was made of', async () => {
    const one = hydrated({ drySHA: first, hydratedSHA: MADE }, MADE);
    expect(await find(target, [one])).toMatchObject({ sources: [{ repoURL: DRY.repoURL, path: 'apps/shop', revision: 'main' }], applied: first, refused: undefined });
    expect((await find(target, [hydrated({ drySHA: second, hydratedSHA: 'b'.repeat(40) }, MADE)]))?.applied).toBeUndefined();
    expect((await find(target, [hydrated({ drySHA: first, hydratedSHA: MADE }, MADE, { currentOperation: { phase: 'Failed', message: 'no such folder', drySHA: second } })]))?.refused).toBe('hydration failed: no such folder');
  });

  it('tells where the Application that applies it looks', async () => {
    const own = anApplication({ owns: true });
    const held: KubeObject = { ...own, metadata: { ...own.metadata, annotations: { 'argocd.argoproj.io/tracking-id': 'fleet:argoproj.io/Application:argocd/shop' } } };
    const fleet = anApplication({ owns: false }, { name: 'fleet', spec: { source: { repoURL: 'a', path: 'clusters/prod-1' } }, status: { resources: [{ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop' }] } });
    expect((await find(target, [held, fleet]))?.heldIn).toEqual([{ path: 'clusters/prod-1' }]);
    expect((await engine.listApplications({ cluster: 'prod-1', read: readFrom([held, fleet]) })).map(({ heldIn }) => heldIn)).toEqual([[{ path: 'clusters/prod-1' }], undefined]);
  });

  it('tells where objects without a namespace go', async () => {
    expect((await find(target, [anApplication({ owns: true })]))?.namespace).toEqual({ name: 'shop', override: false });
  });

  it('says that a revision cannot be built', async () => {
    const broken = anApplication({ owns: true, applied: first }, { status: { conditions: [{ type: 'ComparisonError', message: 'no such folder' }] } });
    expect((await find(target, [broken]))?.refused).toBe('ComparisonError: no such folder');
  });
});

describe('reading an Application', () => {
  it.each([
    ['a sync of several sources', { status: { operationState: { phase: 'Succeeded', syncResult: { revisions: [first, second] } }, sync: { status: 'Synced', revisions: [first, second] } } }, 'Applied'],
    ['a revision that needed no sync', { status: { operationState: undefined, sync: { status: 'Synced', revision: second } } }, 'Applied'],
    ['a sync that runs', { status: { operationState: { phase: 'Running', operation: { sync: { revision: second } } }, sync: { status: 'OutOfSync', revision: second }, history: [] } }, 'Waiting'],
    ['a comparison that failed', { status: { conditions: [{ type: 'ComparisonError', message: 'x' }], sync: { status: 'Unknown', revision: second }, operationState: undefined, history: [] } }, 'Waiting'],
    ['automatic sync that is switched off', { spec: { syncPolicy: { automated: { enabled: false } } }, status: { sync: { status: 'OutOfSync', revision: second }, operationState: undefined, history: [] } }, 'Suspended'],
    ['drift after the sync', { status: { sync: { status: 'OutOfSync', revision: second } } }, 'Applied'],
  ])('%s', async (_, rest, state) => {
    expect((await rollout(anApplication({ owns: true, applied: state === 'Applied' ? second : first }, rest))).state).toBe(state);
  });

  it.each([
    ['the synced commit was made of it', hydrated({ drySHA: second, hydratedSHA: MADE }, MADE), 'Applied', second],
    ['the synced commit is a merge of what was made of it', hydrated({ drySHA: second, hydratedSHA: first }, MADE), 'Applied', second],
    ['it is hydrated, and not synced yet', hydrated({ drySHA: second, hydratedSHA: MADE }, 'c'.repeat(40)), 'Waiting', undefined],
    ['the last hydration was of an earlier commit', hydrated({ drySHA: first, hydratedSHA: MADE }, MADE), 'Waiting', 'is not hydrated yet'],
    ['its hydration failed', hydrated({ drySHA: first, hydratedSHA: MADE }, MADE, { currentOperation: { phase: 'Failed', message: 'no such folder', drySHA: second } }), 'Waiting', 'no such folder'],
    ['it was never hydrated', hydrated({}, MADE), 'Waiting', 'is not hydrated yet'],
    ['somebody has to promote it', hydrated({ drySHA: second, hydratedSHA: MADE }, 'c'.repeat(40), {}, { targetBranch: 'env/prod-next' }), 'Waiting', 'somebody has to bring it into env/prod'],
  ])('of a hydrated one looks for the commit of the dry source: %s', async (_, object, state, says) => {
    const { revision, message, ...answer } = await engine.readRollout({ application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop' }, commit: second, isAncestor: async (a, b) => a === b || (a === first && b === MADE) }, { cluster: 'prod-1', read: readFrom([object]) });
    expect(answer.state).toBe(state);
    if (says !== undefined) expect(`${revision ?? ''} ${message}`).toContain(says);
  });
});
