import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './run-command.ts';

it('fails on a stale file, naming it and the command that mends it, and passes on a fresh one', () => {
  const copy = mkdtempSync(join(tmpdir(), 'fleetmend-generate-'));
  const generate = (...args: string[]) => spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'tools/generate.ts'), ...args], { encoding: 'utf8', env: { ...process.env, FLEETMEND_ROOT: copy } });
  // The one file that is generated in part only.
  copyFileSync(join(root, 'README.md'), join(copy, 'README.md'));
  try {
    expect(generate().status).toBe(0);
    expect(generate('--check')).toMatchObject({ status: 0 });
    appendFileSync(join(copy, 'docs/lifecycle.md'), 'by hand\n');
    const stale = generate('--check');
    expect(stale.stderr).toContain('docs/lifecycle.md: run "npm run generate"');
    expect(stale.status).toBe(1);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
