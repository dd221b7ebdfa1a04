import { PermanentError } from '@fleetmend/kernel';
import type { ChartReference } from '@fleetmend/ports';
import { shownAddress, type Gate } from './chart-repositories.ts';
import { demandFound, fetchInside, type FetchLimits } from './gated-fetch.ts';
import { readYaml } from './read-yaml.ts';

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
  const items = index.trimStart().startsWith('{') ? itemsOfJson(index, name) : itemsOf(index, name).filter((item) => item.includes(bare(version))).map((item): unknown => firstOf(readYaml(item)));
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
  const parsed = readJson(index);
  const entries = isMap(parsed) && isMap(parsed['entries']) ? parsed['entries'][name] : undefined;
  return Array.isArray(entries) ? entries : [];
}

/** Undefined: it is none, and so holds nothing. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The texts of the list items below `entries.<name>`. */
function itemsOf(index: string, name: string): readonly string[] {
  const entries = /^entries:[ \t]*\r?\n(?:[ \t]*(?:#.*)?\r?\n)*( +)(?=\S)/m.exec(index);
  const [, indent = ''] = entries ?? [];
  const key = new RegExp(`^${indent}(["']?)${name.replace(/[^\w]/g, '\\$&')}\\1:[ \\t]*\\r?$`, 'gm');
  key.lastIndex = entries ? entries.index + entries[0].length - indent.length : index.length;
  const found = indent === '' ? null : key.exec(index);
  if (!found) return [];
  const items: string[][] = [];
  let item: string | undefined;
  for (const line of linesFrom(index, found.index + found[0].length + 1)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    item ??= /^ *- /.exec(line)?.[0];
    if (item === undefined || (indentOf(line) <= indent.length && !line.startsWith(item))) break;
    if (line.startsWith(item)) items.push([]);
    items.at(-1)?.push(line);
  }
  return items.map((lines) => lines.join('\n'));
}

/** One by one: an index may have a million. */
function* linesFrom(text: string, start: number): Generator<string> {
  for (let at = start; at < text.length; ) {
    const end = text.indexOf('\n', at);
    yield text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    at = end < 0 ? text.length : end + 1;
  }
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
