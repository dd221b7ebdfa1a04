// `npm run generate`: writes every generated file; `-- --check` writes nothing and fails if one is stale or missing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generators } from './generators/generators.ts';
import { root } from './run-command.ts';

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const generator of generators) {
  for (const [path, content] of await generator()) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
if (check && stale.length > 0) {
  process.stderr.write(`generate: stale: ${stale.join(', ')}: run "npm run generate" and commit what it wrote\n`);
  process.exit(1);
}
process.stdout.write(check ? 'generate: every generated file is fresh\n' : `generate: ${stale.length === 0 ? 'nothing to write' : `wrote ${stale.join(', ')}`}\n`);
