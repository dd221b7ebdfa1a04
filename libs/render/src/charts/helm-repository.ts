import { PermanentError } from '@fleetmend/kernel';
import type { ChartReference } from '@fleetmend/ports';
import { parse } from 'yaml';
import { shownAddress, type Gate } from './chart-repositories.ts';
import { demandFound, fetchInside, type FetchLimits } from './gated-fetch.ts';

/** Where an archive is, and what it has to be. */
export interface PackedChart {
  readonly digest: string;
  readonly download: () => Promise<Buffer>;
}

/** Indexes of big repositories have tens of megabytes. */
const INDEX_BYTES = 64 * 1024 * 1024;

/**
 * A chart of a Helm repository: the entry of `index.yaml` for this name and version, with its first address and its digest.
 * Source: Helm's documentation, "The Chart Repository Guide"; an address may be relative to the repository.
 *
 * @throws PermanentError `ChartUnavailable`.
 */
export async function findInHelmRepository(gate: Gate, { name, version }: ChartReference, limits: FetchLimits): Promise<PackedChart> {
  const headers: Readonly<Record<string, string>> = gate.authorization === undefined ? {} : { authorization: gate.authorization };
  const folder = new URL(`${gate.base.href.replace(/\/+$/, '')}/`);
  const index = new URL('index.yaml', folder);
  const answer = await fetchInside(gate, index, { limits: { ...limits, maxBytes: INDEX_BYTES }, headers });
  demandFound(answer, index);
  const entry = entryOf(answer.bytes.toString('utf8'), { name, version });
  if (!entry) throw new PermanentError('ChartUnavailable', `${shownAddress(index.href)} has no ${name} ${version}: it may have been withdrawn; have a version deployed that the repository holds`);
  const [first] = entry.urls;
  if (first === undefined || !URL.canParse(first, folder.href)) throw new PermanentError('ChartUnavailable', `${shownAddress(index.href)} says no address for ${name} ${version}`);
  if (entry.digest === undefined) throw new PermanentError('ChartUnavailable', `${shownAddress(index.href)} says no digest for ${name} ${version}, and what cannot be verified is not rendered: have its index made anew with helm repo index`);
  const url = new URL(first, folder.href);
  return {
    digest: `sha256:${entry.digest}`,
    async download() {
      const archive = await fetchInside(gate, url, { limits, headers: url.host === gate.base.host ? headers : {} });
      demandFound(archive, url);
      return archive.bytes;
    },
  };
}

interface Entry {
  readonly urls: readonly string[];
  /** 64 hex digits. */
  readonly digest: string | undefined;
}

/**
 * One version of one chart in an index. An index is cut into its entries as text first: as a whole it is too large to be parsed while
 * everything else waits.
 */
export function entryOf(index: string, { name, version }: Pick<ChartReference, 'name' | 'version'>): Entry | undefined {
  const items = index.trimStart().startsWith('{') ? itemsOfJson(index, name) : itemsOf(index, name).filter((item) => item.includes(bare(version))).map((item): unknown => firstOf(parse(item, { logLevel: 'silent' })));
  const found = items.find((item) => isMap(item) && item['name'] === name && bare(String(item['version'])) === bare(version));
  if (!isMap(found)) return undefined;
  const urls = Array.isArray(found['urls']) ? found['urls'].filter((url): url is string => typeof url === 'string') : [];
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(String(found['digest'] ?? ''))?.[1];
  return { urls, digest };
}

/** `v1.2.3` and `1.2.3` are the same version. */
function bare(version: string): string {
  return version.replace(/^v/, '');
}

function itemsOfJson(index: string, name: string): readonly unknown[] {
  const parsed: unknown = JSON.parse(index);
  const entries = isMap(parsed) && isMap(parsed['entries']) ? parsed['entries'][name] : undefined;
  return Array.isArray(entries) ? entries : [];
}

/** The texts of the list items below `entries.<name>`. */
function itemsOf(index: string, name: string): readonly string[] {
  const lines = index.split(/\r?\n/);
  const top = lines.findIndex((line) => /^entries:\s*$/.test(line));
  const isKey = (line: string): boolean => [name, `"${name}"`, `'${name}'`].some((key) => line.trim() === `${key}:`);
  const at = lines.findIndex((line, index) => index > top && isKey(line) && indentOf(line) === indentOf(lines[top + 1] ?? ''));
  if (top < 0 || at < 0) return [];
  const depth = indentOf(lines[at] ?? '');
  const first = lines[at + 1] ?? '';
  const items: string[][] = [];
  for (const line of lines.slice(at + 1)) {
    const isItem = line.startsWith(`${first.slice(0, indentOf(first))}- `);
    if (line.trim() !== '' && !isItem && indentOf(line) <= depth) break;
    if (isItem) items.push([]);
    items.at(-1)?.push(line);
  }
  return items.map((item) => item.join('\n'));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
