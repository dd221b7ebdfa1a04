// `npm run proofs`, after `npm test` and `npm run test:lab -- --all`: writes down which rows of the feature table the reports prove.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { features } from './features.ts';
import { PROOFS_FILE, provedBy, readReports } from './feature-proofs.ts';
import { root } from './run-command.ts';

const ran = readReports(root);
if (ran.size === 0) {
  process.stderr.write('proofs: there are no reports: run `npm test` and `npm run test:lab -- --all` first\n');
  process.exit(1);
}
const proved = provedBy(ran);
writeFileSync(join(root, PROOFS_FILE), `${JSON.stringify({ proved }, undefined, 2)}\n`);
process.stdout.write(`proofs: ${proved.length} of ${features.length} rows are proved; now \`npm run generate\`\n`);
