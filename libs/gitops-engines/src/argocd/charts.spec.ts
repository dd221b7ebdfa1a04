import type { KubeObject } from '@fleetmend/model';
import { readFrom } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { argocd } from './argocd.ts';
import { anApplication, argoWorld } from './spec-support/argo-world.ts';

const engine = await argocd.create({ namespace: 'argocd' }, { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const { target } = argoWorld;
const COMMIT = 'a'.repeat(40);
const CHART = { repoURL: 'https://charts.example.org/stable', chart: 'web', targetRevision: '1.x' };
const HOLDER_SOURCE = { repoURL: 'https://git.example.org/fleet.git', path: 'apps', targetRevision: 'main' };
const TRACKED = { metadata: { name: 'shop', namespace: 'argocd', annotations: { 'argocd.argoproj.io/tracking-id': 'root:argoproj.io/Application:argocd/shop' } } };
const root = (applied = COMMIT, status: object = {}) =>
  anApplication({ owns: false, applied }, { name: 'root', spec: { source: HOLDER_SOURCE }, status: { resources: [{ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop' }], ...status } });
const ofChart = (status: object = {}, source: object = CHART): KubeObject => ({ ...anApplication({ owns: true }, { spec: { source }, status: { sync: { status: 'Synced', revision: '1.4.2', comparedTo: { source } }, ...status } }), ...TRACKED });
const find = (...objects: readonly KubeObject[]) => engine.findApplication(target, { cluster: 'prod-1', read: readFrom(objects) });
const rollout = (...objects: readonly KubeObject[]) =>
  engine.readRollout({ application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop' }, commit: COMMIT, isAncestor: async (a, b) => a === b }, { cluster: 'prod-1', read: readFrom(objects) });

describe('an Application of a chart alone', () => {
  it('is made from where its own object lies in Git, and names the version that its range came to', async () => {
    expect(await find(ofChart(), root())).toMatchObject({
      sources: [{ repoURL: HOLDER_SOURCE.repoURL, path: 'apps', revision: 'main' }],
      applied: COMMIT,
      renderedBy: { kind: 'Application', name: 'shop' },
      heldIn: [{ path: 'apps' }],
      charts: [{ from: CHART.repoURL, repository: CHART.repoURL, name: 'web', asked: '1.x', version: '1.4.2' }],
    });
  });

  it('has applied no commit while it is not synced as it is now', async () => {
    expect((await find(ofChart({ sync: { status: 'Synced', revision: '1.4.2', comparedTo: { source: { ...CHART, helm: { values: 'a: 1' } } } } }), root()))?.applied).toBeUndefined();
  });

  it('is made from nowhere where no Application applies it', async () => {
    expect(await find(ofChart())).toMatchObject({ sources: [], applied: undefined });
  });

  it('knows the version by its history while it is out of sync, unless that was another chart', async () => {
    const outOfSync = (source: object) => find(ofChart({ sync: { status: 'OutOfSync', revision: '1.5.0' }, history: [{ revision: '1.4.2', source }] }), root());
    expect((await outOfSync(CHART))?.charts).toMatchObject([{ version: '1.4.2' }]);
    expect((await outOfSync({ ...CHART, targetRevision: '2.x' }))?.charts).toMatchObject([{ version: undefined }]);
  });

  it('in a registry is called by its whole address', async () => {
    expect((await find(ofChart({}, { ...CHART, repoURL: 'registry.example.org/charts' }), root()))?.charts).toMatchObject([{ from: 'registry.example.org/charts', repository: 'oci://registry.example.org/charts/web' }]);
  });

  it('has got a commit once its object has, and it is synced as it is now', async () => {
    expect(await rollout(ofChart(), root())).toMatchObject({ state: 'Applied', revision: COMMIT });
    expect(await rollout(ofChart({}, { ...CHART, helm: { values: '', parameters: [] } }), root())).toMatchObject({ state: 'Applied' });
    expect(await rollout(ofChart(), root('b'.repeat(40)))).toMatchObject({ state: 'Waiting' });
    expect(await rollout(ofChart({ sync: { status: 'Synced', revision: '1.4.2', comparedTo: { source: { ...CHART, targetRevision: '1.0.0' } } } }), root())).toMatchObject({ state: 'Waiting', message: expect.stringContaining('has yet to be synced as it is now') });
    expect(await rollout(ofChart({ sync: { status: 'OutOfSync' }, operationState: { phase: 'Failed', message: 'quota', syncResult: { revision: '1.4.2', source: CHART } } }), root())).toMatchObject({ state: 'Refused', message: 'quota' });
    expect(await rollout(ofChart())).toMatchObject({ state: 'Unknown', message: expect.stringContaining('no Application that is known here applies') });
  });
});

it('a chart beside values in Git names the version of its own place in the list', async () => {
  const values = { repoURL: HOLDER_SOURCE.repoURL, targetRevision: 'main', ref: 'values' };
  const both = anApplication({ owns: true }, { spec: { source: undefined, sources: [values, CHART] }, status: { sync: { status: 'Synced', revisions: [COMMIT, '1.4.2'], comparedTo: { sources: [values, CHART] } } } });
  expect(await find(both)).toMatchObject({ applied: COMMIT, sources: [{ applied: COMMIT }, { repoURL: CHART.repoURL, revision: '1.x' }], charts: [{ name: 'web', version: '1.4.2' }] });
  expect(await rollout(both)).toMatchObject({ state: 'Applied', revision: COMMIT });
});
