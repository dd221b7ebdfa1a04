import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minutes, sha256 } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChartServer, type ChartServer } from './chart-server.fixture.ts';
import { openCharts, type ChartsWorld } from './fetched-charts.ts';
import { entryOf } from './helm-repository.ts';
import { helmPackage, MISSING_HELM, SKIPPED, tarGz } from './packed-chart.fixture.ts';

let server: ChartServer;
let dir: string;
let clock: VirtualClock;
beforeEach(async () => {
  server = await startChartServer();
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-charts-'));
  clock = new VirtualClock();
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const archiveOf = (version: string, more = '') => tarGz([{ path: 'web/Chart.yaml', content: `name: web\nversion: ${version}\n` }, { path: 'web/values.yaml', content: `memory: 64Mi\n${more}` }]);
const entry = (version: string, archive: Uint8Array, rest = `    urls: [web-${version}.tgz]\n`) => `  - name: web\n    version: ${version}\n    digest: ${sha256(archive).slice(7)}\n${rest}`;
const indexOf = (...entries: readonly string[]) => `apiVersion: v1\nentries:\n  other:\n  - name: other\n    version: 1.0.0\n    urls: [other.tgz]\n  web:\n${entries.join('')}generated: now\n`;
const repository = (rest: Partial<ChartsWorld['repositories'][number]> = {}) => ({ url: `http://${server.host}/stable`, ...rest });
const open = (rest: Partial<ChartsWorld> = {}) => openCharts({ repositories: [repository()], dir, clock, fetch, ...rest });
const web = (version = '1.0.0') => ({ repository: `http://${server.host}/stable`, name: 'web', version });
/** The repository holds 1.0.0, whatever its index says of it. */
const publish = (archive = archiveOf('1.0.0'), index = indexOf(entry('1.0.0', archive))) => {
  server.answers.set('/stable/index.yaml', index);
  server.answers.set('/stable/web-1.0.0.tgz', archive);
  return archive;
};

describe('a chart of a Helm repository', () => {
  it('is fetched by name and version, and is what its digest says', async () => {
    const archive = publish();
    const { digest, tree } = await open().fetch(web());
    expect(digest).toBe(sha256(archive));
    expect([await tree.list(''), await tree.read('values.yaml')]).toEqual([['Chart.yaml', 'values.yaml'], 'memory: 64Mi\n']);
  });

  it('is fetched once, also for several who ask at once, and its index is read anew after a while', async () => {
    publish();
    const charts = open();
    await Promise.all([charts.fetch(web()), charts.fetch(web())]);
    await charts.fetch({ ...web() });
    expect(server.seen).toEqual(['/stable/index.yaml', '/stable/web-1.0.0.tgz']);
    await clock.run(minutes(11));
    await charts.fetch(web());
    expect(server.seen.slice(2)).toEqual(['/stable/index.yaml']);
  });

  it('comes from disk after a restart, unless the disk holds something else by then', async () => {
    const archive = publish();
    await open().fetch(web());
    server.answers.delete('/stable/web-1.0.0.tgz');
    await expect(open().fetch(web())).resolves.toMatchObject({ digest: sha256(archive) });
    const [file = ''] = readdirSync(dir);
    writeFileSync(join(dir, file), 'changed');
    await expect(open().fetch(web())).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining('answered 404') });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('makes room on disk for itself: what was used longest ago goes', async () => {
    const [first, second] = [archiveOf('1.0.0'), archiveOf('2.0.0')];
    publish(first, indexOf(entry('1.0.0', first), entry('2.0.0', second)));
    server.answers.set('/stable/web-2.0.0.tgz', second);
    const charts = open({ maxBytes: first.length + 10 });
    await charts.fetch(web());
    await clock.run(minutes(1));
    await charts.fetch(web('2.0.0'));
    expect(readdirSync(dir)).toEqual([`${sha256(second).slice(7)}.tgz`]);
  });

  it('may lie below an address that is allowed, at one that its index gives whole, or in an index of JSON', async () => {
    const archive = archiveOf('1.0.0');
    publish(archive, JSON.stringify({ entries: { web: [{ name: 'web', version: 'v1.0.0', digest: sha256(archive), urls: [`http://${server.host}/elsewhere/x.tgz`] }] } }));
    server.answers.set('/elsewhere/x.tgz', archive);
    await expect(open({ repositories: [repository({ url: `http://${server.host}` })] }).fetch(web())).resolves.toMatchObject({ digest: sha256(archive) });
  });

  it('is asked for with the credentials of its entry', async () => {
    publish();
    await open({ repositories: [repository({ authorization: 'Basic abc' })] }).fetch(web());
    expect(server.seen).toEqual(['/stable/index.yaml Basic abc', '/stable/web-1.0.0.tgz Basic abc']);
  });

  it.each<[string, () => void, RegExp]>([
    ['the version is not there', () => void publish(archiveOf('1.0.0'), indexOf(entry('1.0.1', archiveOf('1.0.1')))), /has no web 1\.0\.0/],
    ['the chart is not there', () => void publish(archiveOf('1.0.0'), 'apiVersion: v1\nentries: {}\n'), /has no web 1\.0\.0/],
    ['its index says no digest', () => void publish(archiveOf('1.0.0'), indexOf('  - name: web\n    version: 1.0.0\n    urls: [web-1.0.0.tgz]\n')), /says no digest for web 1\.0\.0/],
    ['its archive is not what the digest says', () => void server.answers.set('/stable/web-1.0.0.tgz', archiveOf('1.0.0', 'evil: true\n')), /its archive is sha256:[0-9a-f]+, and sha256:[0-9a-f]+ was said/],
    ['its archive says nothing of itself', () => { const odd = tarGz([{ path: 'web/Chart.yaml', content: 'a: [\n' }]); publish(odd, indexOf(entry('1.0.0', odd))); }, /which is another chart/],
    ['its archive holds another chart', () => void publish(archiveOf('9.9.9')), /holds web 9\.9\.9, which is another chart/],
    ['it may not be read', () => void server.answers.set('/stable/index.yaml', (_, response) => void response.writeHead(403).end()), /answered 403: give its entry in hub\.charts\.repositories an authorization/],
    ['its archive is too large', () => void server.answers.set('/stable/web-1.0.0.tgz', Buffer.alloc(17 * 1024 * 1024)), /more than 16777216 bytes/],
  ])('is refused when %s', async (_, change, says) => {
    publish();
    change();
    await expect(open().fetch(web())).rejects.toMatchObject({ name: 'PermanentError', reason: 'ChartUnavailable', message: expect.stringMatching(says) });
    await expect(open().fetch(web())).rejects.toMatchObject({ message: expect.stringContaining(`the chart web 1.0.0 of http://${server.host}/stable cannot be fetched`) });
  });

  it.each([500, 503, 429])('is waited for while its repository answers %d', async (status) => {
    server.answers.set('/stable/index.yaml', (_, response) => void response.writeHead(status).end());
    await expect(open().fetch(web())).rejects.toThrow(expect.objectContaining({ name: 'Error', message: expect.stringContaining(`answered ${status}`) }));
  });

  it('is waited for while nobody answers, or not in time', async () => {
    server.answers.set('/stable/index.yaml', () => undefined);
    await expect(open({ timeoutMs: 50 }).fetch(web())).rejects.toThrow(expect.objectContaining({ name: 'Error', message: expect.stringContaining('no answer from') }));
  });
});

describe('what a cluster says can lead the hub nowhere', () => {
  const refused = async (address: string, repositories: ChartsWorld['repositories'] = [repository()]) => {
    publish();
    await expect(open({ repositories }).fetch({ repository: address, name: 'web', version: '1.0.0' })).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining('hub.charts.repositories does not name') });
    expect(server.seen).toEqual([]);
  };

  it('without a repository in the config', () => refused(`http://${server.host}/stable`, []));
  it.each<[string, (host: string) => string]>([
    ['to another host', () => 'http://169.254.169.254/stable'],
    ['to another path', (host) => `http://${host}/admin`],
    ['to a path that only begins alike', (host) => `http://${host}/stable-not`],
    ['up from an allowed path', (host) => `http://${host}/stable/../admin`],
    ['up in another spelling', (host) => `http://${host}/stable/%2e%2e%2fadmin`],
    ['with a host for a user', (host) => `http://${host}@169.254.169.254/stable`],
    ['with a user', (host) => `http://ada:pw@${host}/stable`],
    ['with a query', (host) => `http://${host}/stable?x=/index.yaml`],
    ['by another scheme', (host) => `oci://${host}/stable`],
    ['to a file', () => 'file:///etc/passwd'],
    ['to what is no address', () => 'charts'],
  ])('%s', (_, address) => refused(address(server.host)));

  it('by a redirect, or an address in an index, to a host that is not allowed', async () => {
    const other = await startChartServer();
    const archive = publish();
    other.answers.set('/x.tgz', archive);
    try {
      server.answers.set('/stable/web-1.0.0.tgz', (_, response) => void response.writeHead(302, { location: `http://${other.host}/x.tgz` }).end());
      await expect(open().fetch(web())).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining(`leads to http://${other.host}, which hub.charts.repositories does not allow`) });
      server.answers.set('/stable/index.yaml', indexOf(entry('1.0.0', archive, `    urls: ["http://${other.host}/x.tgz"]\n`)));
      await expect(open().fetch(web())).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining(other.host) });
      expect(other.seen).toEqual([]);
      // Where the config allows it, nothing secret goes along.
      await open({ repositories: [repository({ hosts: [other.host], authorization: 'Basic abc' })] }).fetch(web());
      expect(other.seen).toEqual(['/x.tgz']);
    } finally {
      await other.close();
    }
  });

  it('by a redirect that never ends', async () => {
    server.answers.set('/stable/index.yaml', (_, response) => void response.writeHead(302, { location: '/stable/index.yaml' }).end());
    await expect(open().fetch(web())).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining('redirects more than 3 times') });
  });
});

describe('an entry of an index', () => {
  const digest = 'b'.repeat(64);
  const found = { urls: ['a.tgz'], digest };
  it.each([
    ['deeper indentation', `entries:\n    web:\n        - name: web\n          version: "1.0.0"\n          urls:\n              - a.tgz\n          digest: ${digest}\n`],
    ['quotes, comments, empty lines, other line ends', `entries:\r\n\r\n  # these\r\n  "web":\r\n\r\n  # all\r\n  - name: web\r\n    version: v1.0.0\r\n    urls: [a.tgz]\r\n    digest: sha256:${digest}\r\n`],
    ['names that begin or end alike, and versions that do', `entries:\n  my-web:\n  - name: my-web\n    version: 1.0.0\n  web-ui:\n  - name: web-ui\n    version: 1.0.0\n  web:\n  - name: web\n    version: 11.0.0\n  - name: web\n    version: 1.0.0-rc.1\n    urls: [no.tgz]\n  - name: web\n    version: 1.0.0\n    urls: [a.tgz]\n    digest: ${digest}\n  yet:\n  - name: yet\n`],
    ['a description like an index, and a dependency of its name', `entries:\n  other:\n  - name: other\n    description: |\n      web:\n      - name: web\n        version: 1.0.0\n    dependencies:\n    - name: web\n      version: 1.0.0\n    version: 1.0.0\n  web:\n  - name: web\n    version: 1.0.0\n    urls: [a.tgz]\n    digest: ${digest}\n`],
  ])('is found among %s', (_, index) => {
    expect(entryOf(index, { name: 'web', version: '1.0.0' })).toEqual(found);
  });

  it.each(['', '{', 'entries:\n  web:\n  - name: "web\n    version: 1.0.0\n    a: [\n', 'entries:\n', 'entries: {}\n', 'entries:\n  web: []\n', 'apiVersion: v1\n', 'entries:\n  web:\n  other:\n  - name: web\n    version: 1.0.0\n'])('is not there in %j', (index) => {
    expect(entryOf(index, { name: 'web', version: '1.0.0' })).toBeUndefined();
  });
});

describe.skipIf(MISSING_HELM !== undefined)(`a repository that helm made${SKIPPED}`, () => {
  it('is read as it is', async () => {
    const { name, archive, index } = helmPackage({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0+build.7\ndescription: |\n  two lines:\n  - of text\n', 'values.yaml': 'memory: 64Mi\n' });
    server.answers.set('/stable/index.yaml', index);
    server.answers.set(`/stable/${name}`, archive);
    await expect(open().fetch(web('1.0.0+build.7'))).resolves.toMatchObject({ digest: sha256(archive) });
  });
});
