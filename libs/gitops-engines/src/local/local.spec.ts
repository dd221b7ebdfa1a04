import type { KubeObject } from '@fleetmend/model';
import { COMMITS, type EngineState, readFrom } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { local } from './local.ts';
import { aKustomization, fluxWorld } from './spec-support/flux-world.ts';

const engine = await local.create({}, { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const { first, second } = COMMITS;
const ref = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name: 'fleet' };
const find = (target: KubeObject, objects: readonly KubeObject[]) => engine.findApplication(target, { cluster: 'prod-1', read: readFrom(objects) });
const rollout = (object: KubeObject) => engine.readRollout({ application: ref, commit: second, isAncestor: async (a, b) => a === b }, { cluster: 'prod-1', read: readFrom([object]) });

describe('finding a Kustomization', () => {
  it('needs no labels on the target: the inventory is proof enough', async () => {
    const { labels: _, ...metadata } = fluxWorld.target.metadata;
    expect((await find({ ...fluxWorld.target, metadata }, fluxWorld.objects({ owns: true })))?.ref).toEqual(ref);
  });

  it('tells the namespace that it moves everything to', async () => {
    const owner = aKustomization({ owns: true });
    const moved = { ...owner, spec: { ...(owner['spec'] as object), targetNamespace: 'shop' } };
    expect((await find(fluxWorld.target, [moved]))?.namespace).toEqual({ name: 'shop', override: true });
  });

  it('has no source where the GitRepository is not there', async () => {
    expect((await find(fluxWorld.target, [aKustomization({ owns: true })]))?.sources).toEqual([]);
  });

  it('names the object that is not as expected', async () => {
    await expect(find(fluxWorld.target, [{ ...aKustomization({ owns: true }), spec: {} }])).rejects.toMatchObject({ reason: 'Malformed', message: expect.stringContaining('Kustomization/flux-system/fleet') });
  });
});

describe('reading a Kustomization', () => {
  const failed: EngineState = { owns: true, applied: first, refused: { commit: second, message: 'x' } };

  it.each([
    ['a failed health check, for everything was applied before it', { reason: 'HealthCheckFailed' }, 'Applied'],
    ['a build that failed', { reason: 'BuildFailed', message: 'invalid' }, 'Refused'],
    ['an API server that did not answer', { message: 'dial tcp 10.0.0.1:443: connect: connection refused' }, 'Waiting'],
    ['a source that cannot be fetched', { reason: 'ArtifactFailed' }, 'Waiting'],
    ['a dependency that is not ready', { reason: 'DependencyNotReady' }, 'Waiting'],
  ])('%s', async (_, ready, state) => {
    expect((await rollout(aKustomization(failed, ready))).state).toBe(state);
  });

  it('has what was applied before it was suspended, though the suspension is a newer spec', async () => {
    const suspended = aKustomization({ owns: true, applied: second, suspended: true });
    expect((await rollout({ ...suspended, metadata: { ...suspended.metadata, generation: 2 } })).state).toBe('Applied');
  });

  it('waits until the engine has seen its own latest spec', async () => {
    const applied = aKustomization({ owns: true, applied: second });
    expect((await rollout({ ...applied, metadata: { ...applied.metadata, generation: 2 } })).state).toBe('Waiting');
  });
});
