import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';
import { lostRow, type Row } from './row.ts';

const LAB = join(import.meta.dirname, '../lab/main.ts');

/** Plays the folders on the lab's real servers, one after the other; the lab is built, booted and torn down around them. */
export async function playInLab(dirs: readonly string[]): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmend-lab-rows-'));
  const file = join(folder, 'rows.json');
  try {
    const env = { ...process.env, FLEETMEND_SCENARIOS: JSON.stringify(dirs), FLEETMEND_SCENARIO_ROWS: file };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', LAB, 'test', '--only', 'scenarios'], { env, stdio: ['ignore', 2, 'inherit'] });
    const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
    if (!existsSync(file)) throw new PermanentError('LabFailed', `the lab ended with ${status ?? 'a signal'} before it had played anything: see above`);
    const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];
    return dirs.map((dir) => rows.find(({ name }) => name === basename(dir)) ?? lostRow(dir, 'the lab did not play it to its end: see above'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
