// `npm start`: builds the single-file program where it is older than its sources, and runs it.
// `npm start` alone is `fleetmend up`; everything after `--` goes to `fleetmend`.
import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newestSource } from './newest-source.ts';
import { runCommand } from './run-command.ts';

const root = process.env['FLEETMEND_ROOT'] ?? join(import.meta.dirname, '..');
process.env['FLEETMEND_ROOT'] = root;
const FILE = 'dist/fleetmend.mjs';
const PAGES = 'dist/dashboard';

const built = statSync(join(root, FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built < newestSource(root)) {
  process.stderr.write('fleetmend: building dist/ (a few seconds, once) …\n');
  // Somebody else may start at the same moment: nobody may ever see half a file.
  const fresh = `${FILE}.${process.pid}.mjs`;
  const pages = `${PAGES}.${process.pid}`;
  const [program, dashboard] = await Promise.all([
    runCommand(process.execPath, [join(root, 'tools/build-one.ts'), 'apps/cli/src/main.ts', fresh]),
    runCommand(process.execPath, [join(root, 'tools/build-dashboard.ts'), pages]),
  ]);
  const status = program || dashboard;
  if (status !== 0) {
    for (const half of [fresh, pages]) rmSync(join(root, half), { recursive: true, force: true });
    process.stderr.write('fleetmend: dist/ could not be built: see above, and run this command again\n');
    process.exit(status);
  }
  replaceFolder(join(root, pages), join(root, PAGES));
  renameSync(join(root, fresh), join(root, FILE));
}
await import(pathToFileURL(join(root, FILE)).href);

/** A folder cannot be replaced in one step. A hub holds its pages in memory, so only one that starts right now could miss them. */
function replaceFolder(fresh: string, place: string): void {
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}
