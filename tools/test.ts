// `npm test`: everything that needs no Go, no root and no network. Arguments are handed to vitest.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, runCommand } from './run-command.ts';

const reports = join(root, '.test-reports');
mkdirSync(reports, { recursive: true });
const status = await runCommand(process.execPath, [bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, 'npm-test.json')}`, ...process.argv.slice(2)], { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' });
process.exit(status);
