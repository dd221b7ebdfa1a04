import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { runCli } from '../program.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const CASES = join(ROOT, 'policies/examples/cases');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-policy-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const test = async (...args: string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli({ args: ['policy', 'test', ...args], env: {}, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: new PassThrough() as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: ROOT });
  return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

it('judges the examples as they say', async () => {
  const { status, out } = await test(CASES);
  expect(status).toBe(EXIT.ok);
  expect(out).toMatch(/ok .*container-made-privileged[\s\S]*ok .*memory-raised[\s\S]*2 passed, 0 failed/);
});

it('says what was expected and what the rules say instead', async () => {
  const text = readFileSync(join(CASES, 'container-made-privileged.yaml'), 'utf8').replace('allow: false', 'allow: true');
  writeFileSync(join(dir, 'wish.yaml'), text);
  const { status, out } = await test(dir);
  expect(status).toBe(EXIT.failed);
  expect(out).toMatch(/FAIL .*wish\.yaml: expected allow, got deny: .*S01/);
});

it('names the file and the field of a case that is none, and judges the others', async () => {
  writeFileSync(join(dir, 'broken.yaml'), 'name: x\ninput: {}\n');
  const { status, out } = await test(dir, CASES);
  expect(status).toBe(EXIT.failed);
  expect(out).toMatch(/FAIL .*broken\.yaml: .*schema/);
  expect(out).toContain('2 passed, 1 failed');
});

it.each([['an empty folder', () => dir], ['a path that is not there', () => join(dir, 'nowhere')]])('refuses %s', async (_what, path) => {
  expect((await test(path())).status).toBe(EXIT.permanent);
});
