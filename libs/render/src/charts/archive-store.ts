import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, type Clock } from '@fleetmend/kernel';

/** Archives on disk by their digest. What was used longest ago goes first once they are too many bytes. */
export interface ArchiveStore {
  find(digest: string): Promise<Buffer | undefined>;
  put(digest: string, archive: Uint8Array): Promise<void>;
}

export function archiveStore({ dir, maxBytes, clock }: { readonly dir: string; readonly maxBytes: number; readonly clock: Clock }): ArchiveStore {
  const fileOf = (digest: string): string => join(dir, `${digest.replace(/^sha256:/, '')}.tgz`);
  let writes = 0;
  return {
    async find(digest) {
      const file = fileOf(digest);
      if (!existsSync(file)) return undefined;
      const archive = await readFile(file);
      // A disk may lose bytes, and whoever can write there could change a proof.
      if (sha256(archive) !== digest) {
        await rm(file, { force: true });
        return undefined;
      }
      const now = clock.now() / 1000;
      await utimes(file, now, now);
      return archive;
    },
    async put(digest, archive) {
      await mkdir(dir, { recursive: true });
      writes += 1;
      const half = `${fileOf(digest)}.${process.pid}-${writes}.half`;
      await writeFile(half, archive, { mode: 0o600 });
      const now = clock.now() / 1000;
      await utimes(half, now, now);
      await rename(half, fileOf(digest));
      await makeRoom(dir, maxBytes, fileOf(digest));
    },
  };
}

async function makeRoom(dir: string, maxBytes: number, kept: string): Promise<void> {
  const files = await Promise.all((await readdir(dir)).filter((name) => name.endsWith('.tgz')).map(async (name) => ({ file: join(dir, name), ...(await sizeOf(join(dir, name))) })));
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files.filter(({ file }) => file !== kept).sort((a, b) => a.used - b.used)) {
    if (total <= maxBytes) return;
    await rm(file, { force: true });
    total -= size;
  }
}

async function sizeOf(file: string): Promise<{ readonly size: number; readonly used: number }> {
  const { size, mtimeMs } = await stat(file);
  return { size, used: mtimeMs };
}
