import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
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

it.each(['./', '../'])('finds them under the same paths when the folder is written as %sNAME', (prefix) => {
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html>');
  writeFileSync(join(dir, 'assets', 'a.js'), '1');
  const written = prefix === './' ? `./${relative(process.cwd(), dir)}` : `${dir}/${prefix}${prefix === '../' ? basename(dir) : ''}`;
  expect([...readPageFiles(written).keys()].sort()).toEqual(['assets/a.js', 'index.html']);
});

it('is empty where no dashboard is wanted', () => {
  expect(readPageFiles(undefined).size).toBe(0);
});

it('says at once that a folder holds none, and how to get one', () => {
  expect(() => readPageFiles(dir)).toThrow(expect.objectContaining({ reason: 'DashboardMissing', message: expect.stringMatching(/npm run build/) }));
});
