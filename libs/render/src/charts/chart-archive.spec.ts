import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { treeOfChart } from './chart-archive.ts';
import { helmPackage, MISSING_HELM, SKIPPED, tarGz, type TarEntry } from './packed-chart.fixture.ts';

const CHART: TarEntry = { path: 'web/Chart.yaml', content: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' };
const pax = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  const length = [2, 3, 4].map((digits) => rest.length + digits).find((total) => String(total).length + rest.length === total) ?? 0;
  return `${length}${rest}`;
};
const filesOf = async (archive: Uint8Array) => {
  const tree = await treeOfChart(archive, 'sha256:x');
  return Object.fromEntries(await Promise.all((await tree.list('')).map(async (path) => [path, await tree.read(path)] as const)));
};

describe('a packed chart', () => {
  it('is its files below its own folder, without what is no text', async () => {
    expect(await filesOf(tarGz([CHART, { path: 'web/templates', kind: '5' }, { path: 'web/templates/a.yaml', content: 'ä: 1\n' }, { path: 'web/logo.png', content: Buffer.from([0x89, 0x50, 0xff]) }]))).toEqual({ 'Chart.yaml': CHART.content, 'templates/a.yaml': 'ä: 1\n' });
  });

  it('has dependencies that lie packed in it unpacked in their place', async () => {
    const inner = gzipSync(gunzipSync(tarGz([{ path: 'cache/Chart.yaml', content: 'name: cache\n' }])));
    expect(Object.keys(await filesOf(tarGz([CHART, { path: 'web/charts/cache-1.0.0.tgz', content: inner }])))).toEqual(['Chart.yaml', 'charts/cache-1.0.0/Chart.yaml']);
  });

  it('may have long names, in either way that tars say them', async () => {
    const long = `web/templates/${'long-'.repeat(30)}.yaml`;
    for (const entry of [{ path: 'pax', kind: 'x', content: pax('path', long) }, { path: '././@LongLink', kind: 'L', content: `${long}\0` }]) {
      expect(Object.keys(await filesOf(tarGz([CHART, entry, { path: 'web/cut', content: 'a: 1\n' }])))).toContain(long.slice(4));
    }
  });

  it.each<[string, readonly TarEntry[], RegExp]>([
    ['a symbolic link', [CHART, { path: 'web/values.yaml', kind: '2', target: '/etc/passwd' }], /"web\/values\.yaml" is no plain file/],
    ['a hard link', [CHART, { path: 'web/values.yaml', kind: '1', target: 'web/Chart.yaml' }], /is no plain file/],
    ['a device', [CHART, { path: 'web/null', kind: '3' }], /is no plain file/],
    ['a path that climbs out', [CHART, { path: 'web/../../etc/x' }], /"web\/\.\.\/\.\.\/etc\/x" is no plain path/],
    ['an absolute path', [CHART, { path: '/etc/x' }], /no plain path/],
    ['a path of another system', [CHART, { path: 'web\\..\\x' }], /no plain path/],
    ['a long name that climbs out', [CHART, { path: 'pax', kind: 'x', content: pax('path', 'web/../x') }, { path: 'web/x' }], /no plain path/],
    ['a link hidden in an extended header', [CHART, { path: 'pax', kind: 'x', content: pax('linkpath', '/etc/passwd') }, { path: 'web/x' }], /linkpath in an extended header/],
    ['a file twice', [CHART, CHART], /is in it twice/],
    ['two folders', [CHART, { path: 'other/x' }], /below one folder/],
    ['a file beside its folder', [CHART, { path: 'x' }], /below one folder/],
    ['no Chart.yaml', [{ path: 'web/values.yaml' }], /no Chart\.yaml/],
  ])('with %s is refused', async (_, entries, says) => {
    await expect(treeOfChart(tarGz(entries), 'sha256:x')).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringMatching(says) });
  });

  it.each([
    ['is no gzip', () => Buffer.from('hello')],
    ['is cut off', () => gzipSync(gunzipSync(tarGz([{ ...CHART, content: 'a: 1\n'.repeat(500) }])).subarray(0, 1024))],
    ['is no tar', () => gzipSync(Buffer.alloc(2048, 'x'))],
    ['unpacks to far more than it is', () => gzipSync(Buffer.alloc(33 * 1024 * 1024))],
  ])('that %s is refused', async (_, make) => {
    await expect(treeOfChart(make(), 'sha256:x')).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining('its archive cannot be used') });
  });

  it('that hides its size inside itself is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    const both = tarGz([CHART, { path: 'web/charts/a.tgz', content: bomb }, { path: 'web/charts/b.tgz', content: bomb }]);
    await expect(treeOfChart(both, 'sha256:x')).rejects.toMatchObject({ reason: 'ChartUnavailable' });
    let nested: Buffer = tarGz([CHART]);
    for (let depth = 0; depth < 6; depth += 1) nested = tarGz([CHART, { path: 'web/charts/web.tgz', content: nested }]);
    await expect(treeOfChart(nested, 'sha256:x')).rejects.toMatchObject({ message: expect.stringContaining('more than 4 deep') });
  });
});

describe.skipIf(MISSING_HELM !== undefined)(`what helm package packs${SKIPPED}`, () => {
  it('is read whole', async () => {
    const long = `templates/${'a-very-long-name-'.repeat(9)}.yaml`;
    const { archive } = helmPackage({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n', 'values.yaml': '# ä\na: 1\n', 'templates/web.yaml': 'kind: X\n', [long]: 'kind: Y\n', 'charts/cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 1.0.0\n' });
    expect(await filesOf(archive)).toMatchObject({ 'values.yaml': '# ä\na: 1\n', 'templates/web.yaml': 'kind: X\n', [long]: 'kind: Y\n', 'charts/cache/Chart.yaml': expect.stringContaining('name: cache') });
  });
});
