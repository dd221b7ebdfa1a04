import { boundedCache, isPermanent, minutes, PermanentError, seconds, sha256, type Clock, type Duration } from '@fleetmend/kernel';
import type { ChartReference, Charts, FetchedChart, Tree } from '@fleetmend/ports';
import { archiveStore } from './archive-store.ts';
import { treeOfChart } from './chart-archive.ts';
import { gateFor, shownAddress, type ChartRepository } from './chart-repositories.ts';
import type { FetchLimits } from './gated-fetch.ts';
import { findInHelmRepository, type PackedChart } from './helm-repository.ts';
import { findInRegistry } from './oci-charts.ts';
import { readYaml } from './read-yaml.ts';

export interface ChartsWorld {
  readonly repositories: readonly ChartRepository[];
  /** Where archives are kept. */
  readonly dir: string;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** On disk. */
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

/** No chart that somebody renders has more: Helm stores a release, chart and all, in a Secret of 1 MiB. */
const ARCHIVE_BYTES = 16 * 1024 * 1024;
/** Unpacked, in memory: many requests look at the same few charts. */
const IN_MEMORY = 32 * 1024 * 1024;
/** How long an index, or a tag, is believed: a version of a chart that is out does not change. */
const BELIEVED: Duration = minutes(10);

/**
 * Charts of the repositories that the config names, verified by digest and kept on disk.
 * A chart comes from a Helm repository (`https://…`) or from a registry (`oci://…`).
 */
export function openCharts({ repositories, dir, clock, fetch, maxBytes = 256 * 1024 * 1024, timeoutMs = seconds(30) }: ChartsWorld): Charts {
  const limits: FetchLimits = { fetch, timeoutMs, maxBytes: ARCHIVE_BYTES };
  const store = archiveStore({ dir, maxBytes, clock });
  const unpacked = boundedCache<FetchedChart>(IN_MEMORY);
  const found = boundedCache<{ readonly digest: string; readonly at: number }>(1_000);
  const running = new Map<string, Promise<FetchedChart>>();

  const read = async (reference: ChartReference, key: string): Promise<FetchedChart> => {
    const gate = gateFor(repositories, reference);
    const known = found.get(key);
    const believed = known && clock.now() - known.at < BELIEVED ? known.digest : undefined;
    const kept = believed === undefined ? undefined : (unpacked.get(believed) ?? (await fromDisk(believed, reference)));
    if (kept) return kept;
    const packed = await (reference.repository.toLowerCase().startsWith('oci://') ? findInRegistry(gate, reference, limits) : findInHelmRepository(gate, reference, limits));
    found.set(key, { digest: packed.digest, at: clock.now() }, 1);
    return unpacked.get(packed.digest) ?? (await fromDisk(packed.digest, reference)) ?? open(await download(packed), packed.digest, reference);
  };

  const fromDisk = async (digest: string, reference: ChartReference): Promise<FetchedChart | undefined> => {
    const archive = await store.find(digest);
    return archive && open(archive, digest, reference);
  };

  const download = async ({ digest, download: get }: PackedChart): Promise<Buffer> => {
    const archive = await get();
    if (sha256(archive) !== digest) throw new PermanentError('ChartUnavailable', `its archive is ${sha256(archive)}, and ${digest} was said: it was changed on the way, or at the repository`);
    await store.put(digest, archive);
    return archive;
  };

  const open = async (archive: Uint8Array, digest: string, reference: ChartReference): Promise<FetchedChart> => {
    const tree = await treeOfChart(archive, digest);
    await demandIsIt(tree, reference);
    const chart = { digest, tree };
    unpacked.set(digest, chart, archive.length * 8);
    return chart;
  };

  return {
    async fetch(reference) {
      const key = JSON.stringify([reference.repository, reference.name, reference.version, reference.digest]);
      const answer = running.get(key) ?? read(reference, key);
      running.set(key, answer);
      try {
        return await answer;
      } catch (error) {
        if (!isPermanent(error)) throw error;
        throw new PermanentError('ChartUnavailable', `the chart ${reference.name} ${reference.version} of ${shownAddress(reference.repository)} cannot be fetched: ${error.message}`, { cause: error });
      } finally {
        running.delete(key);
      }
    },
  };
}

/** What it says of itself is what was asked for; behind the version, Flux adds a part of the digest. */
async function demandIsIt(tree: Tree, { name, version }: ChartReference): Promise<void> {
  const said = readYaml((await tree.read('Chart.yaml')) ?? '');
  const { name: ownName, version: ownVersion } = (typeof said === 'object' && said !== null ? said : {}) as { readonly name?: unknown; readonly version?: unknown };
  const bare = (text: string): string => text.replace(/^v/, '').replace(/\+.*$/, '');
  if (ownName === name && bare(String(ownVersion)) === bare(version)) return;
  throw new PermanentError('ChartUnavailable', `its archive holds ${String(ownName).slice(0, 100)} ${String(ownVersion).slice(0, 100)}, which is another chart`);
}
