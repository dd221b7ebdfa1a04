import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@fleetmend/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pullBundle } from './oci-registry.ts';

/*
 * A stand-in for a registry, with what the OCI Distribution Specification 1.1 says of `GET /v2/<name>/manifests/<reference>` and
 * `GET /v2/<name>/blobs/<digest>` ("Pulling manifests", "Pulling blobs": 200 with the bytes, 404 for what it does not hold, and a
 * redirect of a blob to its storage), and the challenge of the "Token Authentication Specification".
 */
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const BUNDLE = Buffer.from('a bundle');
const PASSWORD = `Basic ${Buffer.from('ada:pass%word').toString('base64')}`;

let server: Server;
let held: Map<string, Buffer>;
let mood: 'open' | 'token' | 'basic' | 'redirects' | 'down';
let seen: string[];
beforeEach(async () => {
  held = new Map();
  mood = 'open';
  seen = [];
  server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  seen.push(`${url} ${headers.accept ?? ''}`);
  if (mood === 'down') return void response.writeHead(503).end();
  if (url.startsWith('/token')) return void (url === '/token?service=here&scope=repository%3Apolicies%2Frules%3Apull' && headers.authorization === PASSWORD ? response.end(JSON.stringify({ token: 'abc' })) : response.writeHead(401).end());
  if (mood === 'token' && headers.authorization !== 'Bearer abc') return void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host()}/token",service="here",scope="repository:policies/rules:pull"` }).end();
  if (mood === 'basic' && headers.authorization !== PASSWORD) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
  if (mood === 'redirects' && url.includes('/blobs/')) return void response.writeHead(307, { location: url.replace('/v2/policies/rules/blobs/', '/storage/') }).end();
  const bytes = /^\/(?:v2\/policies\/rules\/(?:manifests|blobs)|storage)\//.test(url) ? held.get(url.slice(url.lastIndexOf('/') + 1)) : undefined;
  if (bytes === undefined) return void response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN' }] }));
  response.end(bytes);
}

const put = (content: Buffer | object): string => {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  held.set(sha256(bytes), bytes);
  return sha256(bytes);
};
const layer = (mediaType = LAYER, digest = put(BUNDLE)) => ({ mediaType, digest, size: BUNDLE.length });
const artifact = (...layers: readonly object[]) => put({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: {}, layers });
const pull = (digest: string, user = '') => pullBundle(`http://${user}${host()}/policies/rules@${digest}`, fetch);

describe('a bundle in a registry', () => {
  it('is pulled by the digest of its manifest', async () => {
    const digest = artifact(layer('application/vnd.example.notes+json', put(Buffer.from('notes'))), layer());
    expect(Buffer.from(await pull(digest))).toEqual(BUNDLE);
    expect(seen).toEqual([`/v2/policies/rules/manifests/${digest} application/vnd.oci.image.manifest.v1+json`, `/v2/policies/rules/blobs/${sha256(BUNDLE)} */*`]);
  });

  it.each(['redirects', 'basic', 'token'] as const)('is pulled from one that %s', async (how) => {
    const digest = artifact(layer());
    mood = how;
    expect(Buffer.from(await pull(digest, 'ada:pass%25word@'))).toEqual(BUNDLE);
  });

  it('lies in an image layout too', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleetmend-layout-'));
    const digest = artifact(layer());
    await expect(pullBundle(`oci-layout:${dir}@${digest}`, fetch)).rejects.toMatchObject({ reason: 'BundleUnusable', message: expect.stringContaining('is no OCI image layout') });
    writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    mkdirSync(join(dir, 'blobs/sha256'), { recursive: true });
    for (const [name, bytes] of held) writeFileSync(join(dir, 'blobs/sha256', name.slice(7)), bytes);
    expect(Buffer.from(await pullBundle(`oci-layout:${dir}@${digest}`, fetch))).toEqual(BUNDLE);
    await expect(pullBundle(`oci-layout:${dir}@sha256:${'0'.repeat(64)}`, fetch)).rejects.toMatchObject({ message: expect.stringContaining('does not hold') });
    rmSync(dir, { recursive: true });
  });

  it.each([
    ['a manifest', () => artifact(layer()), (digest: string) => digest],
    ['a layer', () => artifact(layer()), () => sha256(BUNDLE)],
  ])('is refused when %s is not what its digest names', async (_, make, which) => {
    const digest = make();
    const bad = which(digest);
    held.set(bad, Buffer.concat([held.get(bad) ?? Buffer.alloc(0), Buffer.from(' ')]));
    await expect(pull(digest)).rejects.toMatchObject({ name: 'PermanentError', reason: 'BundleUnusable', message: expect.stringContaining(`as ${bad} is sha256:`) });
  });

  it.each([
    ['no layer', () => artifact()],
    ['two bundles', () => artifact(layer(), layer(LAYER, put(Buffer.from('other'))))],
    ['rules that nobody compiled', () => artifact(layer('application/vnd.cncf.openpolicyagent.policy.layer.v1+rego'))],
    ['an index', () => put({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] })],
  ])('is refused when it holds %s', async (_, make) => {
    await expect(pull(make())).rejects.toMatchObject({ reason: 'BundleUnusable', message: expect.stringMatching(/oras push REFERENCE bundle\.tar\.gz:/) });
  });

  it.each([
    ['a tag', 'registry.example.org/policies/rules:latest', /has no digest, and a tag can be moved/],
    ['no repository', `registry.example.org@sha256:${'1'.repeat(64)}`, /names the repository ""/],
    ['a repository that climbs out', `registry.example.org/../x/UP@sha256:${'1'.repeat(64)}`, /which no registry has/],
  ])('is refused by %s', async (_, reference, says) => {
    await expect(pullBundle(reference, fetch)).rejects.toMatchObject({ reason: 'BundleSourceUnsupported', message: expect.stringMatching(says) });
  });

  it('is waited for while the registry is away or holds none, and no password is shown', async () => {
    const digest = artifact(layer());
    await expect(pull(`sha256:${'1'.repeat(64)}`, 'ada:hunter2@')).rejects.toThrow(/it answered 404$/);
    mood = 'token';
    await expect(pull(digest, 'ada:hunter2@')).rejects.toThrow(expect.objectContaining({ name: 'Error', message: expect.not.stringContaining('hunter2') }));
    mood = 'down';
    await expect(pull(digest)).rejects.toThrow(/it answered 503$/);
  });

  it('sends no password over a line without TLS that a registry with TLS names', async () => {
    const refusing = (async () => new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer realm="http://elsewhere.example.org/token"' } })) as typeof fetch;
    await expect(pullBundle(`ada:hunter2@registry.example.org/policies/rules@sha256:${'1'.repeat(64)}`, refusing)).rejects.toMatchObject({ reason: 'BundleSourceUnsupported', message: expect.stringContaining('without TLS') });
  });
});
