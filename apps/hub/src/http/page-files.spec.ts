import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPageFiles } from './page-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-pages-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('holds every file of a built dashboard by its path, with its type', () => {
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html>');
  writeFileSync(join(dir, 'assets', 'a.js'), '1');
  writeFileSync(join(dir, 'assets', 'notes.txt'), 'not for the world');
  const files = readPageFiles(dir);
  expect([...files.keys()].sort()).toEqual(['assets/a.js', 'index.html']);
  expect(files.get('index.html')).toMatchObject({ type: 'text/html; charset=utf-8' });
});

it('is empty where no dashboard is wanted', () => {
  expect(readPageFiles(undefined).size).toBe(0);
});

it('says at once that a folder holds none, and how to get one', () => {
  expect(() => readPageFiles(dir)).toThrow(expect.objectContaining({ reason: 'DashboardMissing', message: expect.stringMatching(/npm run build/) }));
});
