import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onKeptPort } from './kept-ports.ts';

let file: string;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-ports-'));
  file = join(dir, 'ports.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

const listen = (taken: readonly number[] = []) => async (port: number) => {
  if (taken.includes(port)) throw new PermanentError('PortInUse', `${port} is taken`);
  return port;
};
const open = (taken: readonly number[] = [], name = 'api') => onKeptPort({ file, name, first: 100, listen: listen(taken) });

it('takes the first free port and keeps to it', async () => {
  expect(await open([100])).toBe(120);
  expect(await open()).toBe(120);
});

it('keeps one port for each name', async () => {
  await open([100]);
  expect([await open([], 'hub'), await open()]).toEqual([100, 120]);
});

it('goes elsewhere when its port was taken meanwhile', async () => {
  await open();
  expect(await open([100])).toBe(120);
});

it('does not mistake another trouble for a port in use', async () => {
  await expect(onKeptPort({ file, name: 'api', first: 100, listen: async () => Promise.reject(new PermanentError('CrdsMissing', 'x')) })).rejects.toThrow('x');
});

it('begins anew when its note is damaged', async () => {
  writeFileSync(file, '{"api": ');
  expect(await open()).toBe(100);
});
