import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '@fleetmend/kernel';
import { stepOf } from '@fleetmend/lifecycle';
import { approvalAdmission, type KubeObject } from '@fleetmend/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aPolicyWorld, type PolicyWorldFixture } from './policy-world.fixture.ts';

let world: PolicyWorldFixture;
beforeEach(async () => {
  world = await aPolicyWorld();
});
afterEach(() => world.close());

const told = (name: string, namespace?: string) => {
  const { state, reason } = world.rollout(name, namespace).status;
  return `${state}: ${reason}`;
};

it('refuses a bundle of another digest than the spec names, and says which it has', async () => {
  const { path, digest } = await world.goodBundle();
  world.rollOut('next', { path, digest: `sha256:${'0'.repeat(64)}` });
  await world.look();
  expect(told('next')).toMatch(/^Halted: BundleRefused: policy bundle .* its digest is sha256:/);
  expect(told('next')).toContain(digest);
});

it.each([
  ['an OCI source by a tag', { oci: 'registry.example.org/policy:v1' }, /oci has no digest, and a tag can be moved/],
  ['a file that is not there', { file: '/no/such/bundle' }, /\/no\/such\/bundle does not exist in the hub's own file system/],
  ['an address that is none', { http: 'ftp://example.org/bundle' }, /begins with https/],
  ['no source at all', {}, /names no source: set file, http or oci/],
])('refuses %s', async (_, source, message) => {
  world.rollOut('next', await world.goodBundle(), { bundle: { digest: `sha256:${'1'.repeat(64)}`, source } });
  await world.look();
  expect(told('next')).toMatch(message);
  expect(told('next')).toMatch(/^Halted/);
});

it('refuses a rollout outside of the hub’s own namespace: a tenant does not change the policy of all', async () => {
  world.rollOut('next', await world.goodBundle(), {}, 'shop-team');
  await world.look();
  expect(told('next', 'shop-team')).toBe('Halted: BundleRefused: a PolicyRollout counts only in namespace fleetmend-system, for it changes the policy of every team: create it there');
  expect(world.held()).toEqual([world.shipped]);
});

it('the second of two over the same clusters waits, and says for whom', async () => {
  world.rollOut('first', await world.goodBundle('one'));
  await world.look();
  world.rollOut('second', await world.goodBundle('other'));
  await world.look();
  expect([told('first').split(':')[0], told('second')]).toEqual(['Progressing', 'Waiting: OtherRollout: waits for fleetmend-system/first, which has some of the same clusters']);
  world.hub.server.objects.delete('fleetmend.dev/v1alpha1', 'PolicyRollout', 'fleetmend-system', 'first');
  await world.look();
  expect(told('second')).toMatch(/^Progressing/);
});

it('begins anew after a halt only when the spec changes', async () => {
  const good = await world.goodBundle();
  world.rollOut('next', good, { halted: true });
  await world.look();
  expect(told('next')).toBe('Halted: HaltedByPerson: spec.halted is set');
  const { metadata, spec, ...rest } = world.rollout('next');
  world.hub.server.objects.update({ ...rest, metadata, spec: { ...spec, halted: false } } as unknown as KubeObject, { manager: 'platform' });
  await world.look();
  expect(told('next')).toMatch(/^Progressing/);
});

it('another bundle in the spec begins at the bottom, also when its first status cannot be written', async () => {
  const [good, bad] = [await world.goodBundle(), world.madeUpBundle('bad', { results: [] })];
  world.rollOut('next', good, { stages: [{ mode: 'Enforce', soak: '10h' }] });
  await world.look();
  expect((await world.decide('ring-0')).bundle.digest).toBe(good.digest);
  const { writer, server } = world.hub;
  const change = (over: object): void => {
    const { metadata, spec, ...rest } = world.rollout('next');
    server.objects.update({ ...rest, metadata: { ...metadata, annotations: { seen: 'yes' } }, spec: { ...spec, ...over } } as unknown as KubeObject, { manager: 'platform' });
  };
  change({ bundle: { digest: bad.digest, source: { file: bad.path } } });
  const { replaceStatus } = writer;
  Object.assign(writer, {
    replaceStatus: (...given: Parameters<typeof replaceStatus>) => {
      // Somebody is faster, once.
      Object.assign(writer, { replaceStatus });
      change({ paused: true });
      return replaceStatus(...given);
    },
  });
  await world.look();
  expect((await world.decide('ring-0')).bundle.digest).toBe(world.shipped);
  await world.look();
  expect(told('next')).toMatch(/^Paused/);
});

it('a wave that needs a human starts with the approval of one, if the API server vouches for the name', async () => {
  world.rollOut('next', await world.goodBundle(), { waves: [{ name: 'all', clusters: {}, before: ['Approval'] }] });
  await world.look();
  const { metadata, spec, status } = world.rollout('next');
  expect(status).toMatchObject({ state: 'Progressing', awaits: { step: stepOf({ spec, status }, 'all', 'Start') }, reason: 'Approval: wave all starts only when a named human says so' });
  world.hub.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationApproval', metadata: { name: 'yes', namespace: 'fleetmend-system' }, spec: { request: { name: 'next', uid: metadata.uid }, planDigest: status.awaits?.step, decision: 'Approve', approver: 'ada' } } as unknown as KubeObject, { manager: 'kubectl', user: 'ada' } as never);
  await world.look();
  expect(world.rollout('next').status.clusters ?? []).toEqual([]);
  for (const guard of approvalAdmission()) world.hub.server.objects.create(guard as KubeObject, { manager: 'test' });
  await world.look();
  expect(world.rollout('next').status).toMatchObject({ stage: 'Shadow', clusters: [{ name: 'ring-0' }] });
  expect(world.rollout('next').status.awaits).toBeUndefined();
});

it('a yes to a wave is for one climb: another bundle and back, and the wave waits again', async () => {
  for (const guard of approvalAdmission()) world.hub.server.objects.create(guard as KubeObject, { manager: 'test' });
  const [first, second] = [await world.goodBundle('first'), await world.goodBundle('second-one')];
  world.rollOut('next', first, { waves: [{ name: 'all', clusters: {}, before: ['Approval'] }] });
  await world.look();
  const { metadata, status } = world.rollout('next');
  world.hub.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationApproval', metadata: { name: 'yes', namespace: 'fleetmend-system' }, spec: { request: { name: 'next', uid: metadata.uid }, planDigest: status.awaits?.step, decision: 'Approve', approver: 'ada' } } as unknown as KubeObject, { manager: 'kubectl', user: 'ada' } as never);
  await world.look();
  expect(world.rollout('next').status).toMatchObject({ stage: 'Shadow', clusters: [{ name: 'ring-0' }] });
  const stepsAsked = new Set([status.awaits?.step]);
  for (const bundle of [second, first]) {
    const { metadata: known, spec, ...rest } = world.rollout('next');
    world.hub.server.objects.update({ ...rest, metadata: known, spec: { ...spec, bundle: { digest: bundle.digest, source: { file: bundle.path } } } } as unknown as KubeObject, { manager: 'platform' });
    await world.look();
    await world.look();
    expect(told('next')).toBe('Progressing: Approval: wave all starts only when a named human says so');
    expect(world.rollout('next').status.clusters ?? []).toEqual([]);
    stepsAsked.add(world.rollout('next').status.awaits?.step);
  }
  expect(stepsAsked.size).toBe(3);
});

it('fetches a bundle over HTTP, and waits while nobody answers', async () => {
  const { path, digest } = await world.goodBundle();
  execFileSync('tar', ['-czf', join(world.dir, 'good.tar.gz'), '-C', path, '.manifest', 'data.json', 'policy.wasm']);
  let open = false;
  const server: Server = createServer((_, response) => (open ? response.end(readFileSync(join(world.dir, 'good.tar.gz'))) : response.writeHead(503).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = `http://127.0.0.1:${(server.address() as AddressInfo).port}/good.tar.gz`;
  try {
    world.rollOut('next', { path, digest }, { bundle: { digest, source: { http: `${http}?token=abc` } } });
    await world.look();
    expect(told('next')).toBe(`Waiting: BundleMissing: no bundle from ${http}: it answered 503`);
    open = true;
    await world.look();
    expect(told('next')).toMatch(/^Progressing/);
    expect(world.held()).toContain(digest);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

it('pulls a bundle from a registry, by digest', async () => {
  const { path, digest } = await world.goodBundle();
  execFileSync('tar', ['-czf', join(world.dir, 'good.tar.gz'), '-C', path, '.manifest', 'data.json', 'policy.wasm']);
  const bundle = readFileSync(join(world.dir, 'good.tar.gz'));
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sha256(bundle), size: bundle.length }] }));
  const held = new Map([bundle, manifest].map((bytes) => [sha256(bytes), bytes]));
  const server: Server = createServer(({ url = '' }, response) => response.end(held.get(url.slice(url.lastIndexOf('/') + 1))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    world.rollOut('next', { path, digest }, { bundle: { digest, source: { oci: `http://127.0.0.1:${(server.address() as AddressInfo).port}/policies/rules@${sha256(manifest)}` } } });
    await world.look();
    expect(told('next')).toMatch(/^Progressing/);
    expect(world.held()).toContain(digest);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

it('fetches a bundle from an address with a password in it, which nobody gets to read', async () => {
  const { path, digest } = await world.goodBundle();
  execFileSync('tar', ['-czf', join(world.dir, 'good.tar.gz'), '-C', path, '.manifest', 'data.json', 'policy.wasm']);
  const leave = `Basic ${Buffer.from('ada:pass%word').toString('base64')}`;
  const server: Server = createServer((request, response) => (request.headers.authorization === leave ? response.end(readFileSync(join(world.dir, 'good.tar.gz'))) : response.writeHead(401).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    world.rollOut('wrong', { path, digest }, { bundle: { digest, source: { http: `http://ada:hunter2@127.0.0.1:${port}/good.tar.gz` } } });
    await world.look();
    expect(told('wrong')).toBe(`Waiting: BundleMissing: no bundle from http://127.0.0.1:${port}/good.tar.gz: it answered 401`);
    world.hub.server.objects.delete('fleetmend.dev/v1alpha1', 'PolicyRollout', 'fleetmend-system', 'wrong');
    world.rollOut('right', { path, digest }, { bundle: { digest, source: { http: `http://ada:pass%25word@127.0.0.1:${port}/good.tar.gz` } } });
    await world.look();
    expect(told('right')).toMatch(/^Progressing/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
