import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STALE_MS = 10_000;

/**
 * Removes lock files that a killed git left behind, and says whether there were any. Age is measured by the file system's
 * own time, through a file written now; a living git holds a lock for milliseconds.
 */
export function removeStaleLocks(dir: string): boolean {
  const locks = locksBelow(dir, '');
  if (locks.length === 0) return false;
  const probe = join(dir, `now-${process.pid}`);
  writeFileSync(probe, '');
  const now = statSync(probe).mtimeMs;
  rmSync(probe, { force: true });
  const stale = locks.filter((lock) => now - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? now) > STALE_MS);
  for (const lock of stale) rmSync(lock, { force: true });
  return stale.length > 0;
}

/** Locks lie beside what they guard: in the repository's own folder and below `refs`. */
function locksBelow(dir: string, below: string): readonly string[] {
  return readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return path.startsWith('refs') ? locksBelow(dir, path) : [];
    return entry.name.endsWith('.lock') ? [join(dir, path)] : [];
  });
}
