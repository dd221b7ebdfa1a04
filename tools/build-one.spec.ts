import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fleetmend-build-'));
  mkdirSync(join(root, 'apps/hub'), { recursive: true });
  writeFileSync(join(root, 'apps/hub/tsconfig.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

const buildOne = (...args: readonly string[]) => spawnSync(process.execPath, [join(import.meta.dirname, 'build-one.ts'), ...args], { encoding: 'utf8', env: { ...process.env, FLEETMEND_ROOT: root } });

it('makes one file of a program and what it imports', () => {
  writeFileSync(join(root, 'greeting.ts'), "export const greeting: string = 'hello';\n");
  writeFileSync(join(root, 'main.ts'), "import { greeting } from './greeting.ts';\nconsole.log(greeting);\n");
  expect(buildOne('main.ts', 'dist/main.mjs').status).toBe(0);
  expect(readFileSync(join(root, 'dist/main.mjs'), 'utf8')).toContain('hello');
});

it('ends with a failure and leaves no file where the program cannot be read', () => {
  const { status, stderr } = buildOne('absent.ts', 'dist/main.mjs');
  expect(status).not.toBe(0);
  expect(stderr).toContain('absent.ts');
  expect(existsSync(join(root, 'dist/main.mjs'))).toBe(false);
});

it('is what `npm start` builds with: the bundler itself never enters that process', () => {
  const start = readFileSync(join(import.meta.dirname, 'start.ts'), 'utf8');
  expect(start).toContain('build-one.ts');
  expect(start).not.toMatch(/from '\.\/bundle\.ts'|import\('\.\/bundle\.ts'\)|rolldown/);
});
