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

const built = statSync(join(root, FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built < newestSource(root)) {
  process.stderr.write('fleetmend: building dist/ (a few seconds, once) …\n');
  // Somebody else may start at the same moment: nobody may ever see half a file.
  const fresh = `${FILE}.${process.pid}.mjs`;
  const status = await runCommand(process.execPath, [join(root, 'tools/build-one.ts'), 'apps/cli/src/main.ts', fresh]);
  if (status !== 0) {
    rmSync(join(root, fresh), { force: true });
    process.stderr.write('fleetmend: dist/ could not be built: see above, and run this command again\n');
    process.exit(status);
  }
  renameSync(join(root, fresh), join(root, FILE));
}
await import(pathToFileURL(join(root, FILE)).href);
