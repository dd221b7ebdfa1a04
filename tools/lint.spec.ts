import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, root } from './run-command.ts';

/** A workspace with our rules and a few nearly empty libs, so that a violation can be planted without touching the checkout. */
describe('the import rules', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'fleetmend-lint-'));
    for (const file of ['package.json', 'package-lock.json', 'nx.json', 'tsconfig.base.json', 'tsconfig.json', '.oxlintrc.json', 'tools/lint-rules.mjs']) cpSync(join(root, file), join(copy, file));
    // Everything that is installed, but our own libs from the copy: a link into the checkout would lie outside this workspace.
    mkdirSync(join(copy, 'node_modules', '@fleetmend'), { recursive: true });
    for (const entry of readdirSync(join(root, 'node_modules'))) if (entry !== '@fleetmend') symlinkSync(join(root, 'node_modules', entry), join(copy, 'node_modules', entry));
    for (const lib of ['kernel', 'model', 'stages', 'forges', 'bus']) {
      cpSync(join(root, 'libs', lib, 'package.json'), join(copy, 'libs', lib, 'package.json'));
      mkdirSync(join(copy, 'libs', lib, 'src'), { recursive: true });
      symlinkSync(join(copy, 'libs', lib), join(copy, 'node_modules', '@fleetmend', lib));
      writeFileSync(join(copy, 'libs', lib, 'src', 'index.ts'), `export const name = '${lib}';\n`);
    }
    for (const args of [['init', '-q'], ['add', '-A']]) spawnSync('git', args, { cwd: copy });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const PLANTED = [
    { why: 'the kernel imports a lib', file: 'libs/kernel/src/planted.ts', code: "import { name } from '@fleetmend/bus';\nexport const of = name;\n", says: /lib:kernel/ },
    { why: 'a plugin imports the stages', file: 'libs/forges/src/planted.ts', code: "import { name } from '@fleetmend/stages';\nexport const of = name;\n", says: /lib:forges/ },
    { why: 'an edge imports a plugin', file: 'libs/bus/src/planted.ts', code: "import { name } from '@fleetmend/forges';\nexport const of = name;\n", says: /lib:bus/ },
    { why: 'pure code does I/O', file: 'libs/model/src/planted.ts', code: "import { readFileSync } from 'node:fs';\nexport const of = readFileSync;\n", says: /node:fs.*restricted/ },
    { why: 'pure code reads the clock', file: 'libs/kernel/src/clocked.ts', code: 'export const now = () => Date.now();\n', says: /take a Clock/ },
    { why: 'a file is a drawer', file: 'libs/model/src/utils.ts', code: 'export const a = 1;\n', says: /name the file by what is in it/ },
  ];
  const FINE = { file: 'libs/model/src/fine.ts', code: "import { name } from '@fleetmend/kernel';\nexport const of = name;\n" };

  it('find each planted violation, and nothing in a file that keeps them', () => {
    for (const { file, code } of [...PLANTED, FINE]) writeFileSync(join(copy, file), code);
    const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_WORKSPACE_ROOT_PATH: copy };
    spawnSync(process.execPath, [bin('nx'), 'show', 'projects'], { cwd: copy, env });
    const run = spawnSync(process.execPath, [bin('oxlint'), '--format=unix', 'libs'], { cwd: copy, env, encoding: 'utf8' });
    const lines = run.stdout.split('\n');
    const saidOf = (file: string) => lines.filter((line) => line.startsWith(`${file}:`)).join('\n');
    for (const { why, file, says } of PLANTED) expect(saidOf(file), why).toMatch(says);
    expect(saidOf(FINE.file)).toBe('');
    expect(run.status).not.toBe(0);
  }, 60_000);
});
