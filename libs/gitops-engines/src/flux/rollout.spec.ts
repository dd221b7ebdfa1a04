import type { KubeObject } from '@fleetmend/model';
import { COMMITS, readFrom } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { flux } from './flux.ts';
import { aGitRepository, aKustomization } from './spec-support/flux-world.ts';

const engine = await flux.create({}, { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const { first, second } = COMMITS;
const ref = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name: 'shop' };
const rollout = (kustomization: KubeObject, source = aGitRepository({ at: second })) =>
  engine.readRollout({ application: ref, commit: second, isAncestor: async (a, b) => a === b }, { cluster: 'prod-1', read: readFrom([kustomization, source]) });
const failed = (ready: object) => aKustomization({ owns: true, applied: first, refused: { commit: second, message: 'x' } }, { ready });
const stalled = { type: 'Stalled', status: 'True', reason: 'AccessDenied', message: 'cross-namespace references are not allowed', observedGeneration: 1 };

describe('reading a Kustomization', () => {
  it.each([
    ['a build that failed', { reason: 'BuildFailed', message: 'invalid' }, 'Refused'],
    ['an object that the API server did not take', { reason: 'ReconciliationFailed', message: 'Deployment/shop/checkout dry-run failed (Invalid)' }, 'Refused'],
    ['an API server that did not answer', { message: 'dial tcp 10.0.0.1:443: connect: connection refused' }, 'Waiting'],
    ['a webhook that did not answer', { message: 'failed calling webhook "x": no endpoints available for service "y"' }, 'Waiting'],
    ['a source that cannot be fetched', { reason: 'ArtifactFailed' }, 'Waiting'],
    ['a dependency that is not ready', { reason: 'DependencyNotReady' }, 'Waiting'],
    ['health checks, for everything was applied before them', { reason: 'HealthCheckFailed' }, 'Applied'],
    ['pruning, for everything was applied before it', { reason: 'PruneFailed' }, 'Applied'],
    ['a failure of an older spec', { reason: 'BuildFailed', observedGeneration: 0 }, 'Waiting'],
    ['a reconciliation in progress', { status: 'Unknown', reason: 'Progressing' }, 'Waiting'],
  ])('%s', async (_, ready, state) => {
    expect((await rollout(failed(ready))).state).toBe(state);
  });

  it('tells what it waits for', async () => {
    expect((await rollout(failed({ reason: 'DependencyNotReady', message: "dependency 'flux-system/infra' is not ready" }))).message).toBe("DependencyNotReady: dependency 'flux-system/infra' is not ready");
  });

  it('waits until the controller has seen the latest spec', async () => {
    expect((await rollout(aKustomization({ owns: true, applied: second }, { generation: 2 }))).state).toBe('Waiting');
    expect((await rollout(aKustomization({ owns: true, applied: second }, { generation: 1 }))).state).toBe('Applied');
  });
});

describe('a Kustomization that nobody carries on', () => {
  it('is suspended with its source, unless the source has the commit already', async () => {
    const behind = aKustomization({ owns: true, applied: first });
    expect(await rollout(behind, aGitRepository({ suspend: true, at: first }))).toMatchObject({ state: 'Suspended', message: expect.stringContaining('GitRepository/flux-system/fleet') });
    expect((await rollout(behind, aGitRepository({ suspend: true, at: second }))).state).toBe('Waiting');
  });

  it('is not a refused commit when its own spec stalls it', async () => {
    const refusing = aKustomization({ owns: true, applied: first }, { status: { conditions: [stalled, { type: 'Ready', status: 'False', reason: 'AccessDenied', message: 'no', observedGeneration: 1 }] } });
    expect(await rollout(refusing)).toMatchObject({ state: 'Suspended', message: expect.stringMatching(/stalled \(AccessDenied: cross-namespace/) });
    const mended = aKustomization({ owns: true, applied: first }, { generation: 2, status: { conditions: [stalled] } });
    expect((await rollout(mended)).state).toBe('Waiting');
  });
});
