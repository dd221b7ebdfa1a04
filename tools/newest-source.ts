import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds of the newest change among the sources of our packages. */
export function newestSource(root: string, folders: readonly string[] = ['apps', 'libs', 'tools/bundle.ts', 'package-lock.json']): number {
  return Math.max(...folders.map((folder) => newestBelow(join(root, folder))));
}

function newestBelow(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return /\.spec\.ts$|\.md$/.test(path) ? 0 : stat.mtimeMs;
  const names = readdirSync(path).filter((name) => name !== 'node_modules' && name !== 'dist');
  return Math.max(0, ...names.map((name) => newestBelow(join(path, name))));
}
