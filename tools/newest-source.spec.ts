import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newestSource } from './newest-source.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fleetmend-sources-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, seconds: number) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), '');
  utimesSync(join(root, path), seconds, seconds);
};

it('is the time of the newest file below the folders', () => {
  write('libs/a/src/index.ts', 100);
  write('libs/b/src/deep/file.ts', 300);
  write('elsewhere/file.ts', 900);
  expect(newestSource(root, ['libs'])).toBe(300_000);
});

it('is not moved by specs, readmes, or what is installed or built', () => {
  write('libs/a/src/index.ts', 100);
  for (const path of ['libs/a/src/index.spec.ts', 'libs/a/readme.md', 'libs/a/node_modules/x/index.js', 'libs/a/dist/x.js']) write(path, 900);
  expect(newestSource(root, ['libs'])).toBe(100_000);
});

it('is zero where there is nothing', () => {
  expect(newestSource(root, ['libs'])).toBe(0);
});
