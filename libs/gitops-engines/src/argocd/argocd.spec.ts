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

  it('leaves what is hydrated to people, and still says what it is made from', async () => {
    const source = { repoURL: 'https://git.example.org/fleet', path: 'apps/shop', targetRevision: 'main' };
    const hydrated = anApplication({ owns: true }, { spec: { source: undefined, destination: { server: 'https://kubernetes.default.svc' }, sourceHydrator: { drySource: source, syncSource: { targetBranch: 'env/prod', path: 'shop' } } } });
    await expect(find(target, [hydrated])).rejects.toMatchObject({ reason: 'NotEditable', message: expect.stringMatching(/branch env\/prod.*apps\/shop at main of https:\/\/git\.example\.org\/fleet/) });
    const [listed] = await engine.listApplications({ cluster: 'prod-1', read: readFrom([hydrated]) });
    expect(listed?.sources).toEqual([{ repoURL: source.repoURL, path: 'apps/shop', revision: 'main' }]);
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
});
