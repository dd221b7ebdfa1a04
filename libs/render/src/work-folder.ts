import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files on disk for as long as `work` runs: `files` may only be read, `home` is scratch space. Both are gone afterwards. */
export async function withFolder<T>(texts: ReadonlyMap<string, string>, work: (folder: { readonly files: string; readonly home: string }) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'fleetmend-render-'));
  const [files, home] = [join(root, 'files'), join(root, 'home')];
  try {
    await mkdir(files);
    await mkdir(home);
    for (const [path, text] of texts) await writeOne(files, path, text);
    await setFolderModes(files, 0o555);
    return await work({ files, home });
  } finally {
    await setFolderModes(files, 0o755);
    await rm(root, { recursive: true, force: true });
  }
}

async function writeOne(root: string, path: string, text: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o444 });
}

/** Top down when opening up, bottom up when closing: a folder without write permission still lets its own mode be changed. */
async function setFolderModes(folder: string, mode: number): Promise<void> {
  await chmod(folder, mode);
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await setFolderModes(join(folder, entry.name), mode);
}
