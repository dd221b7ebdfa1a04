import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { EXIT } from './exit-codes.ts';
import { runCli } from './program.ts';

const SOURCE = import.meta.dirname;
const page = readFileSync(join(SOURCE, '../../../docs/cli.md'), 'utf8');

const run = async (...args: string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli({ args, env: {}, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: new PassThrough() as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: '.' });
  return { status, out: String(stdout.read() ?? '') };
};

interface Line {
  readonly text: string;
  /** The words before the first argument or option. */
  readonly path: readonly string[];
  readonly options: readonly string[];
}

/** The command lines of the first column of the table under Commands. */
const documented: readonly Line[] = [...(page.split('## Commands')[1]?.split('\n## ')[0] ?? '').matchAll(/^\| (`.+?) \| /gm)]
  .flatMap(([, cell = '']) => [...cell.replaceAll('\\|', '\u0000').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text.replaceAll('\u0000', '|')))
  .map((text) => ({ text, path: text.split(' ').slice(0, text.split(' ').findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith('-')) >>> 0), options: text.match(/(?<![a-z])--?[a-z][a-z-]*/g) ?? [] }));

/** Every command that has none below it, by the help of those above. */
async function leaves(path: readonly string[] = []): Promise<readonly string[]> {
  const { out } = await run(...path, '--help');
  const names = [...(out.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
  return names.length === 0 ? [path.join(' ')] : (await Promise.all(names.map((name) => leaves([...path, name])))).flat();
}

it('documents every command, and none that is not there', async () => {
  expect([...new Set(documented.map(({ path }) => path.join(' ')))].sort()).toEqual([...(await leaves())].sort());
});

it.each(documented)('$text: knows its options', async ({ path, options }) => {
  const { status, out } = await run(...path, '--help');
  expect(status).toBe(EXIT.ok);
  for (const option of options) expect(out).toMatch(new RegExp(`(^|[ ,])${option}\\b`, 'm'));
});

const specs = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.spec.ts') && !file.startsWith('documented')).map((file) => readFileSync(join(SOURCE, file), 'utf8')).join('\n');

it.each([...new Set(documented.map(({ path }) => path.join(' ')))])('%s is executed by a test beside its code', (path) => {
  const words = path.split(' ').map((word) => `'${word}'`).join(', ');
  const whole = new RegExp(`\\b(?:run|cli|test|replay|revoke)\\(\\[?${words}|\\[${words}|args: \\[${words}`);
  expect(specs, `no spec of apps/cli runs ${path}: write one`).toMatch(whole);
});
