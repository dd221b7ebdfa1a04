import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isPermanent, shortDigest } from '@fleetmend/kernel';
import type { BundleInfo } from '@fleetmend/model';
import type { ManyBundles } from '@fleetmend/plugin-api';
import { bringBundle, type Source } from './bring-bundle.ts';

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
      await bringBundle(source, incoming, fetch);
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
