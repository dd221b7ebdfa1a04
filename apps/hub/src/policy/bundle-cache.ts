import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPermanent, messageOf, PermanentError, shortDigest } from '@fleetmend/kernel';
import type { BundleInfo, PolicyRolloutSpec } from '@fleetmend/model';
import type { ManyBundles } from '@fleetmend/plugin-api';

type Source = PolicyRolloutSpec['bundle']['source'];

const TIMEOUT = 30_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** Bundles by digest: on disk, so that a restart needs no source, and in the engine, so that they can judge. */
export interface BundleCache {
  /**
   * The bundle of that digest, ready to judge: the engine's own, the one on disk, or fetched from its source.
   * @throws PermanentError `BundleUnusable`, `BundleSourceUnsupported` when no retry helps; anything else is transient.
   */
  ensure(digest: string, source: Source | undefined): Promise<BundleInfo>;
  find(digest: string): BundleInfo | undefined;
  /** Lets the engine go of every bundle that is not listed. The disk keeps them. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>;
}

export function createBundleCache({ dir, engine, fetch }: { readonly dir: string; readonly engine: ManyBundles; readonly fetch: typeof globalThis.fetch }): BundleCache {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const placeOf = (digest: string) => join(dir, shortDigest(digest, 64));
  const find = (digest: string) => engine.held().find((info) => info.digest === digest);

  async function fromDisk(digest: string): Promise<BundleInfo | undefined> {
    if (!existsSync(placeOf(digest))) return undefined;
    try {
      return await engine.hold({ path: placeOf(digest), digest });
    } catch (error) {
      // Damaged on disk: the source has it still, or says why not.
      if (!isPermanent(error)) throw error;
      rmSync(placeOf(digest), { recursive: true, force: true });
      return undefined;
    }
  }

  async function fromSource(digest: string, source: Source): Promise<BundleInfo> {
    const incoming = `${placeOf(digest)}.incoming`;
    rmSync(incoming, { recursive: true, force: true });
    try {
      await bring(source, incoming, fetch);
      const info = await engine.hold({ path: incoming, digest });
      // A rename is whole or not at all: what lies under a digest was verified.
      renameSync(incoming, placeOf(digest));
      return info;
    } finally {
      rmSync(incoming, { recursive: true, force: true });
    }
  }

  return {
    find,
    async ensure(digest, source) {
      const ready = find(digest) ?? (await fromDisk(digest));
      if (ready !== undefined) return ready;
      if (source === undefined) throw new Error(`bundle ${shortDigest(digest)} is neither in the engine nor on disk, and no PolicyRollout says where it comes from`);
      return fromSource(digest, source);
    },
    async keepOnly(digests) {
      for (const { digest } of engine.held()) if (!digests.has(digest)) await engine.drop(digest);
    },
  };
}

async function bring({ file, http, oci }: Source, to: string, fetch: typeof globalThis.fetch): Promise<void> {
  if (file !== undefined) return copy(file, to);
  if (http !== undefined) return writeFileSync(to, await download(http, fetch), { mode: 0o600 });
  if (oci !== undefined) throw new PermanentError('BundleSourceUnsupported', `spec.bundle.source.oci (${oci}) cannot be read by this version: serve the same bundle over HTTP, or put it into a file`);
  throw new PermanentError('BundleSourceUnsupported', 'spec.bundle.source names no source: set file or http');
}

/** Copies what a bundle is made of, and nothing else that may lie there. */
function copy(file: string, to: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new PermanentError('BundleUnusable', `policy bundle ${file} does not exist in the hub's own file system: mount it there, or name an http source`);
  if (stat.isFile() && stat.size <= MAX_BYTES) return copyFileSync(file, to);
  if (!stat.isDirectory()) throw new PermanentError('BundleUnusable', `policy bundle ${file} is neither a folder nor a .tar.gz of at most ${MAX_BYTES} bytes`);
  mkdirSync(to, { mode: 0o700 });
  for (const name of ['.manifest', 'data.json', 'policy.wasm']) if (existsSync(join(file, name))) copyFileSync(join(file, name), join(to, name));
}

async function download(url: string, fetch: typeof globalThis.fetch): Promise<Uint8Array> {
  if (!/^https?:\/\//.test(url)) throw new PermanentError('BundleSourceUnsupported', `spec.bundle.source.http is "${url}": write an address that begins with https:// or http://`);
  const { address, headers } = withoutUser(url);
  const response = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT) }).catch((error: unknown) => {
    throw new Error(`no bundle from ${withoutSecrets(url)}: ${messageOf(error)}`, { cause: error });
  });
  if (!response.ok) throw new Error(`no bundle from ${withoutSecrets(url)}: it answered ${response.status}`);
  const declared = Number(response.headers.get('content-length') ?? 0);
  const bytes = declared > MAX_BYTES ? undefined : new Uint8Array(await response.arrayBuffer());
  if (bytes === undefined || bytes.length > MAX_BYTES) throw new PermanentError('BundleUnusable', `the bundle at ${withoutSecrets(url)} has more than ${MAX_BYTES} bytes: no policy needs that`);
  return bytes;
}

/** Fetch refuses an address with a user in it, in words that show the password: the two travel as the header that they stand for. */
function withoutUser(url: string): { readonly address: string; readonly headers: Readonly<Record<string, string>> } {
  const { href, username, password } = new URL(url);
  if (username === '' && password === '') return { address: href, headers: {} };
  const address = Object.assign(new URL(url), { username: '', password: '' }).href;
  return { address, headers: { authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` } };
}

/** An address may carry a token as user or query. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
