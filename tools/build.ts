// `npm run build`: one file per app, as the images hold them.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { root, runCommand } from './run-command.ts';

const APPS = [
  { entry: 'apps/agent/src/main.ts', file: 'dist/agent.mjs' },
  { entry: 'apps/dry-run/src/main.ts', file: 'dist/dry-run.mjs' },
  { entry: 'apps/hub/src/main.ts', file: 'dist/hub.mjs' },
  { entry: 'apps/cli/src/main.ts', file: 'dist/fleetmend.mjs' },
] as const;

if ((await runCommand(process.execPath, [join(root, 'tools/build-dashboard.ts'), 'dist/dashboard'])) !== 0) process.exit(1);
for (const { entry, file } of APPS) {
  await bundle({ root, entry, file });
  process.stdout.write(`build: ${file} ${(statSync(join(root, file)).size / 1024).toFixed(0)} KiB\n`);
}
