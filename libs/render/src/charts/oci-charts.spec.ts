import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChartServer, type ChartServer } from './chart-server.fixture.ts';
import { openCharts, type ChartsWorld } from './fetched-charts.ts';
import { tarGz } from './packed-chart.fixture.ts';

/*
 * A stand-in for a registry. Of the OCI Distribution Specification 1.1: `GET /v2/<name>/manifests/<reference>`, by tag or digest, and
 * `GET /v2/<name>/blobs/<digest>` answer 200 with the bytes ("Pulling manifests", "Pulling blobs"); what it does not hold is 404 ("Pulling
 * manifests"); a blob may be a redirect to its storage ("Pulling blobs" leaves the server that). 401 with a `Bearer` challenge, and the
 * token's answer, are of the "Token Authentication Specification". The media types of config and layer, and `_` for `+` in a tag, are of Helm's
 * documentation, "Use OCI-based registries".
 */
const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const ARCHIVE = tarGz([{ path: 'web/Chart.yaml', content: 'name: web\nversion: 1.0.0+a\n' }]);

let server: ChartServer;
let dir: string;
beforeEach(async () => {
  server = await startChartServer();
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-charts-'));
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const layer = (mediaType = CHART, bytes: Uint8Array = ARCHIVE) => ({ mediaType, digest: sha256(bytes), size: bytes.length });
/** Pushes a chart under its tag; answers the digest of its manifest. */
function push(layers: readonly object[] = [layer()], archive: Uint8Array = ARCHIVE): string {
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers }));
  for (const reference of ['1.0.0_a', sha256(manifest)]) server.answers.set(`/v2/team/charts/web/manifests/${reference}`, manifest);
  server.answers.set(`/v2/team/charts/web/blobs/${sha256(ARCHIVE)}`, archive);
  return sha256(manifest);
}
const fetchWeb = (digest?: string, rest: Partial<ChartsWorld['repositories'][number]> = {}) =>
  openCharts({ repositories: [{ url: `oci://${server.host}/team/charts`, plainHttp: true, ...rest }], dir, clock: new VirtualClock(), fetch }).fetch({ repository: `oci://${server.host}/team/charts/web`, name: 'web', version: digest === undefined ? '1.0.0+a' : '1.0.0+0123456789ab', digest });

describe('a chart in a registry', () => {
  it('is pulled by its tag, and its layer is what the manifest says', async () => {
    push([{ mediaType: 'application/vnd.cncf.helm.chart.provenance.v1.prov', digest: sha256('x'), size: 1 }, layer()]);
    const { digest, tree } = await fetchWeb();
    expect([digest, await tree.list('')]).toEqual([sha256(ARCHIVE), ['Chart.yaml']]);
    expect(server.seen).toEqual(['/v2/team/charts/web/manifests/1.0.0_a', `/v2/team/charts/web/blobs/${sha256(ARCHIVE)}`]);
  });

  it('is pulled by the digest of its manifest where the engine tells it', async () => {
    const digest = push();
    server.answers.delete('/v2/team/charts/web/manifests/1.0.0_a');
    await expect(fetchWeb(digest)).resolves.toMatchObject({ digest: sha256(ARCHIVE) });
  });

  it('is pulled with a token where it asks for one, and the storage of its blobs gets none', async () => {
    const storage = await startChartServer();
    push();
    storage.answers.set('/web', ARCHIVE);
    const manifest = server.answers.get('/v2/team/charts/web/manifests/1.0.0_a') as Buffer;
    server.answers.set('/token', (request, response) => void (request.url === '/token?service=here&scope=repository%3Ateam%2Fcharts%2Fweb%3Apull' ? response.end(JSON.stringify({ token: 'abc' })) : response.writeHead(400).end()));
    const guarded = (headers: Record<string, string>, body?: Buffer, status = 200): NonNullable<ReturnType<ChartServer['answers']['get']>> => (request, response) =>
      void (request.headers.authorization === 'Bearer abc' ? response.writeHead(status, headers).end(body) : response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${server.host}/token",service="here",scope="repository:team/charts/web:pull"` }).end());
    server.answers.set('/v2/team/charts/web/manifests/1.0.0_a', guarded({}, manifest));
    server.answers.set(`/v2/team/charts/web/blobs/${sha256(ARCHIVE)}`, guarded({ location: `http://${storage.host}/web` }, undefined, 307));
    try {
      await expect(fetchWeb(undefined, { authorization: 'Basic me', hosts: [storage.host] })).resolves.toMatchObject({ digest: sha256(ARCHIVE) });
      expect(server.seen.filter((line) => line.startsWith('/token'))).toEqual(['/token?service=here&scope=repository%3Ateam%2Fcharts%2Fweb%3Apull Basic me']);
      expect(storage.seen).toEqual(['/web']);
    } finally {
      await storage.close();
    }
  });

  it('sends no password to a token server that the config does not allow', async () => {
    const thief = await startChartServer();
    server.answers.set('/v2/team/charts/web/manifests/1.0.0_a', (_, response) => void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${thief.host}/token"` }).end());
    try {
      await expect(fetchWeb(undefined, { authorization: 'Basic me' })).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining(thief.host) });
      expect(thief.seen).toEqual([]);
    } finally {
      await thief.close();
    }
  });

  it.each<[string, () => string | undefined, RegExp]>([
    ['its manifest is another one', () => `sha256:${'1'.repeat(64)}`, /gives out is sha256:/],
    ['its layer is another one', () => void push([layer()], tarGz([{ path: 'web/Chart.yaml', content: 'name: web\nversion: 1.0.0+a\nevil: true\n' }])), /its archive is sha256:/],
    ['it is no chart', () => void push([layer('application/vnd.oci.image.layer.v1.tar+gzip')]), /a chart is the one of application\/vnd\.cncf/],
    ['its manifest is no JSON', () => void server.answers.set('/v2/team/charts/web/manifests/1.0.0_a', 'x'), /no JSON/],
    ['it is not there', () => void server.answers.clear(), /answered 404/],
  ])('is refused when %s', async (_, change, says) => {
    const manifest = push();
    const digest = change();
    if (digest !== undefined) server.answers.set(`/v2/team/charts/web/manifests/${digest}`, server.answers.get(`/v2/team/charts/web/manifests/${manifest}`) ?? '');
    await expect(fetchWeb(digest)).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringMatching(says) });
  });
});
