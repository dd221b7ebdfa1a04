import type { KubeObject } from '@fleetmend/model';
import type { EngineContext } from '@fleetmend/plugin-api';
import { COMMITS, readFrom } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { flux } from './flux.ts';
import { aGitRepository, aHelmRelease, aKustomization, aReleased, fluxWorld, labelled } from './spec-support/flux-world.ts';

const engine = await flux.create({}, { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const { first, second } = COMMITS;
const { target } = fluxWorld;
const find = (object: KubeObject, objects: readonly KubeObject[], more: Partial<EngineContext> = {}) => engine.findApplication(object, { cluster: 'prod-1', read: readFrom(objects), ...more });
const owns = aKustomization({ owns: true, applied: first });

describe('what was changed by hand', () => {
  it.each<readonly [interval: string, suspend: boolean, seconds: number | undefined]>([
    ['10m', false, 690],
    ['1h30m0s', false, 5970],
    ['1.5m', false, 129],
    ['1m', true, undefined],
    ['', false, undefined],
  ])('is put back at the next turn: every %s, suspended %s', async (interval, suspend, seconds) => {
    const application = await find(target, [aKustomization({ owns: true, applied: first }, { spec: { interval, suspend } }), aGitRepository()]);
    expect(application?.healsWithin).toBe(seconds === undefined ? undefined : seconds * 1000);
  });
});

describe('what is suspended', () => {
  it('is named, so that nobody waits for a commit to be applied', async () => {
    expect((await find(target, [aKustomization({ owns: true, applied: first }, { spec: { suspend: true } }), aGitRepository()]))?.suspended).toMatchObject({ kind: 'Kustomization', name: 'shop' });
    expect((await find(target, [owns, aGitRepository()]))?.suspended).toBeUndefined();
  });
});

describe('finding a Kustomization', () => {
  it('does not take a copy in another namespace for the object itself', async () => {
    expect(await find({ ...target, metadata: { ...target.metadata, namespace: 'sandbox' } }, [owns, aGitRepository()])).toBeUndefined();
  });

  it('does not take an object of another group with the same kind and name for the target', async () => {
    expect(await find({ ...target, apiVersion: 'example.org/v1' }, [owns, aGitRepository()])).toBeUndefined();
  });

  it('does not count what a Kustomization applies to another cluster', async () => {
    expect(await find(target, [aKustomization({ owns: true }, { spec: { kubeConfig: { secretRef: { name: 'prod-2' } } } }), aGitRepository()])).toBeUndefined();
    expect(await find(target, [owns, aGitRepository()], { readFrom: 'hub' })).toBeUndefined();
    expect(await find(target, [owns, aGitRepository()], { readFrom: 'prod-1' })).toBeDefined();
  });

  it('finds the owner by inventory alone where the labels are gone', async () => {
    const { labels: _, ...metadata } = target.metadata;
    expect((await find({ ...target, metadata }, [owns, aGitRepository()]))?.ref).toMatchObject({ namespace: 'flux-system', name: 'shop' });
  });

  it('names the rivals when no label tells between them', async () => {
    const { labels: _, ...metadata } = target.metadata;
    const rival = aKustomization({ owns: true }, { name: 'rival' });
    await expect(find({ ...target, metadata }, [owns, rival])).rejects.toMatchObject({ reason: 'ApplicationAmbiguous', message: expect.stringMatching(/flux-system\/shop, .*flux-system\/rival/) });
    expect((await find(target, [owns, rival, aGitRepository()]))?.ref.name).toBe('shop');
  });

  it.each([
    ['reconcile', 'disabled'],
    ['ssa', 'Ignore'],
    ['ssa', 'IfNotPresent'],
  ])('refuses a target that Flux leaves alone by %s: %s', async (annotation, value) => {
    const alone = (said: string) => ({ ...target, metadata: { ...target.metadata, annotations: { [`kustomize.toolkit.fluxcd.io/${annotation}`]: said } } });
    await expect(find(alone(value), [owns, aGitRepository()])).rejects.toMatchObject({ reason: 'NotReconciled', message: expect.stringContaining(`${annotation}: ${value}`) });
    expect(await find(alone('enabled'), [owns, aGitRepository()])).toBeDefined();
    expect(await find(alone('Merge'), [owns, aGitRepository()])).toBeDefined();
  });

  it('hands over the Kustomization itself, and where the one that applies it looks', async () => {
    const held = labelled(aKustomization({ owns: true }), 'fleet');
    const fleet = aKustomization({ owns: false }, { name: 'fleet', spec: { path: './clusters/prod' }, status: { inventory: { entries: [{ id: 'flux-system_shop_kustomize.toolkit.fluxcd.io_Kustomization', v: 'v1' }] } } });
    const found = await find(target, [held, fleet, aGitRepository()]);
    expect(found?.object).toEqual(held);
    expect(found?.heldIn).toEqual([{ path: './clusters/prod' }]);
    expect((await engine.listApplications({ cluster: 'prod-1', read: readFrom([held, fleet, aGitRepository()]) })).map(({ heldIn }) => heldIn)).toEqual([[{ path: './clusters/prod' }], undefined]);
  });

  it('tells the namespace that everything is moved to', async () => {
    expect((await find(target, [aKustomization({ owns: true }, { spec: { targetNamespace: 'shop' } }), aGitRepository()]))?.namespace).toEqual({ name: 'shop', override: true });
  });

  it.each([
    [{ branch: 'main', tag: 'v1' }, 'v1'],
    [{ branch: 'main', commit: second }, second],
    [{ semver: '>=1.0.0' }, '>=1.0.0'],
    [{}, 'master'],
  ])('reads the reference %j as source-controller does', async (ref, revision) => {
    expect((await find(target, [owns, aGitRepository({ ref })]))?.sources).toEqual([{ repoURL: 'http://git.fleet.local/fleet.git', path: './apps/shop', revision }]);
  });

  it.each([
    ['an OCI artifact', { sourceRef: { kind: 'OCIRepository', name: 'fleet' } }, /OCIRepository flux-system\/fleet/],
    ['a bucket', { sourceRef: { kind: 'Bucket', name: 'fleet' } }, /Bucket flux-system\/fleet/],
  ])('refuses %s by name', async (_, spec, message) => {
    await expect(find(target, [aKustomization({ owns: true }, { spec }), aGitRepository()])).rejects.toMatchObject({ reason: 'SourceUnsupported', message: expect.stringMatching(message) });
  });

  it.each([
    ['sha1 after a branch', `main@sha1:${second}`, second],
    ['sha1 after a reference', `refs/tags/v1@sha1:${second}`, second],
    ['sha1 alone', `sha1:${second}`, second],
    ['the form before Flux 2.0', `main/${second}`, second],
    ['the digest of an OCI artifact', `latest@sha256:${'a'.repeat(64)}`, undefined],
  ])('reads a revision that is %s', async (_, lastAppliedRevision, commit) => {
    expect((await find(target, [aKustomization({ owns: true }, { status: { lastAppliedRevision } }), aGitRepository()]))?.applied).toBe(commit);
  });

  it.each([
    ['a build', { reason: 'BuildFailed', message: 'no such file' }, 'BuildFailed: no such file'],
    ['a folder that the revision does not have', { reason: 'ArtifactFailed', message: 'kustomization path not found: stat /x: no such file or directory' }, 'ArtifactFailed: kustomization path'],
    ['an API server that did not answer', { message: 'dial tcp 10.0.0.1:443: connect: connection refused' }, undefined],
    ['an artifact that cannot be fetched', { reason: 'ArtifactFailed', message: 'Source artifact not found, retrying in 30s' }, undefined],
    ['health checks', { reason: 'HealthCheckFailed', message: 'timeout' }, undefined],
  ])('says of %s whether the revision was refused', async (_, ready, refused) => {
    const failed = aKustomization({ owns: true, applied: first, refused: { commit: second, message: '' } }, { ready });
    expect((await find(target, [failed, aGitRepository()]))?.refused ?? 'none').toContain(refused ?? 'none');
  });
});

describe('finding what a HelmRelease installed', () => {
  const holdsRelease = aKustomization({ owns: true, applied: first }, { status: { inventory: { entries: [{ id: 'shop_checkout_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' }] }, lastAppliedRevision: `main@sha1:${first}` } });

  it('leads to the file of the release, and says that the target is rendered from it', async () => {
    expect(await find(aReleased(), [aHelmRelease(), holdsRelease, aGitRepository()])).toMatchObject({
      ref: { kind: 'HelmRelease', namespace: 'shop', name: 'checkout' },
      renderedBy: { kind: 'HelmRelease', namespace: 'shop', name: 'checkout' },
      sources: [{ path: './apps/shop' }],
      evidence: [expect.stringContaining('inventory of Kustomization/flux-system/shop'), expect.stringContaining('Deployment/shop/checkout-web')],
    });
  });

  it('is found while its first install goes on, of which its history says nothing yet', async () => {
    const installing = (spec: object) => aHelmRelease({ spec, status: { history: [] } });
    const renderedBy = { kind: 'HelmRelease', namespace: 'shop', name: 'checkout' };
    expect(await find(aReleased(), [installing({ targetNamespace: 'shop' }), holdsRelease, aGitRepository()])).toMatchObject({ renderedBy });
    expect(await find(aReleased(), [installing({ releaseName: 'shop-checkout' }), holdsRelease, aGitRepository()])).toMatchObject({ renderedBy });
  });

  it('is not led by a label that Helm and the release do not confirm', async () => {
    const unnoted = aReleased();
    expect(await find(aReleased('elsewhere'), [aHelmRelease(), holdsRelease, aGitRepository()])).toBeUndefined();
    expect(await find({ ...unnoted, metadata: { ...unnoted.metadata, annotations: {} } }, [aHelmRelease(), holdsRelease, aGitRepository()])).toBeUndefined();
    expect(await find(aReleased(), [aHelmRelease({ status: { history: [] } }), holdsRelease, aGitRepository()])).toBeUndefined();
  });

  it.each<readonly [string, string, string | undefined]>([
    ['an object that the API server refused', 'Helm upgrade failed for release shop/checkout: server-side apply failed for object shop/checkout apps/v1, Kind=Deployment: Deployment in version "v1" cannot be handled as a Deployment', 'UpgradeFailed: Helm upgrade failed'],
    ['a release that was not ready in time', 'Helm upgrade failed for release shop/checkout: resource Deployment/shop/checkout not ready: context deadline exceeded', undefined],
    ['an API server that did not answer', 'Helm upgrade failed: Deployment.apps "checkout" is invalid: connection refused', undefined],
  ])('says of %s whether its values were refused', async (_, message, refused) => {
    const release = aHelmRelease({ status: { conditions: [{ type: 'Ready', status: 'False', reason: 'UpgradeFailed', message, observedGeneration: 1 }] } });
    expect((await find(aReleased(), [release, holdsRelease, aGitRepository()]))?.refused ?? 'none').toContain(refused ?? 'none');
  });

  it('owns nothing when nobody put the release into Git', async () => {
    expect(await find(aReleased(), [aHelmRelease(), owns, aGitRepository()])).toBeUndefined();
  });

  it.each([
    ['waits for helm-controller after the Kustomization', { generation: 2 }, first, 'Waiting'],
    ['has it once the release is ready', {}, first, 'Applied'],
    ['waits, and says why, while an upgrade fails', { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'UpgradeFailed', message: 'x' }], observedGeneration: 1 } }, first, 'Waiting'],
    ['is suspended with its change pending', { generation: 2, spec: { suspend: true } }, first, 'Suspended'],
    ['waits for the Kustomization first', {}, second, 'Waiting'],
  ])('%s', async (_, more, commit, state) => {
    const release = aHelmRelease(more);
    const { apiVersion, kind } = release;
    const rollout = await engine.readRollout(
      { application: { apiVersion, kind, namespace: 'shop', name: 'checkout' }, commit, isAncestor: async (a, b) => a === b },
      { cluster: 'prod-1', read: readFrom([release, holdsRelease, aGitRepository()]) },
    );
    expect(rollout.state).toBe(state);
  });
});

describe('a target with both kinds of labels', () => {
  it('belongs to the Kustomization that lists it', async () => {
    const both = labelled({ ...aReleased(), metadata: { ...aReleased().metadata, name: 'checkout' } });
    expect((await find(both, [aHelmRelease(), owns, aGitRepository()]))?.ref.kind).toBe('Kustomization');
  });
});
