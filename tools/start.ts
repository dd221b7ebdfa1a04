// `npm start`: builds the single-file program where it is older than its sources, and runs it.
// `npm start` alone is `fleetmend up`; everything after `--` goes to `fleetmend`.
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newestSource } from './newest-source.ts';

const root = process.env['FLEETMEND_ROOT'] ?? join(import.meta.dirname, '..');
process.env['FLEETMEND_ROOT'] = root;
const FILE = 'dist/fleetmend.mjs';

const built = statSync(join(root, FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built < newestSource(root)) {
  process.stderr.write('fleetmend: building dist/ (a few seconds, once) …\n');
  // The bundler is loaded only when it has something to do.
  const { bundle } = await import('./bundle.ts');
  // Somebody else may start at the same moment: nobody may ever see half a file.
  const fresh = `${FILE}.${process.pid}.mjs`;
  await bundle({ root, entry: 'apps/cli/src/main.ts', file: fresh });
  renameSync(join(root, fresh), join(root, FILE));
}
await import(pathToFileURL(join(root, FILE)).href);
