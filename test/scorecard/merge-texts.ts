import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Merges a file that two branches changed, as git does; undefined: they conflict. */
export function mergeTexts({ base, ours, theirs }: { readonly base: string; readonly ours: string; readonly theirs: string }): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-merge-'));
  try {
    const [a, o, b] = Object.entries({ ours, base, theirs }).map(([name, text]) => {
      const file = join(dir, name);
      writeFileSync(file, text);
      return file;
    });
    const { status, stdout, stderr, error } = spawnSync('git', ['merge-file', '-p', '-q', a ?? '', o ?? '', b ?? ''], { encoding: 'utf8' });
    if (error || status === null || status > 127) throw new Error(`git merge-file failed: ${error?.message ?? stderr}`);
    return status === 0 ? stdout : undefined;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
