import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { labCache } from '../build/cache.ts';
import { until } from './server-process.ts';
import { cgroupName } from './world.ts';

const lab = inject('lab');
/** A lab inside the lab, with a cache of its own and the binaries that are there already. */
const cache = labCache({ FLEETMEND_LAB_CACHE: mkdtempSync(join(tmpdir(), 'inner-')) });
const env = { ...process.env, FLEETMEND_LAB_CACHE: cache.root, FLEETMEND_LAB_BIN: dirname(lab.programs['nats-server']?.paths['nats-server'] ?? '') };
const main = resolve(import.meta.dirname, '..', 'main.ts');

const run = (...args: string[]): ChildProcess => spawn(process.execPath, [main, ...args], { env, stdio: 'ignore' });
const ended = (child: ChildProcess): Promise<number | string> => new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code ?? 1)));

/** Processes that belong to the inner lab: its cache is in their command line or their environment. */
const processes = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const isInner = command.includes(cache.root) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FLEETMEND_LAB_CACHE=${cache.root}`);
        return isInner && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });

const cgroups = (): readonly string[] => {
  const root = '/sys/fs/cgroup';
  return ['', ...readdirSync(root)].map((name) => join(root, name, cgroupName(cache))).filter((path) => existsSync(path));
};
/** Pods of the outer lab come and go meanwhile: their ends of a cable and their mounts are not the inner lab's. */
const devices = (): readonly string[] => readdirSync('/sys/class/net').filter((name) => !name.startsWith('veth')).sort();
const mounts = (): number => readFileSync('/proc/mounts', 'utf8').split('\n').filter((line) => line.includes(cache.root)).length;
const before = { devices: devices(), mounts: mounts() };

const expectNothingLeft = (): void => {
  expect(processes()).toEqual([]);
  expect(cgroups()).toEqual([]);
  expect(existsSync(cache.run)).toBe(false);
  expect(devices()).toEqual(before.devices);
  expect(mounts()).toBe(before.mounts);
};

/** A run of tests that has got as far as to have its server up. */
const runUntilUp = async (): Promise<ChildProcess> => {
  const child = run('test', '--only', 'bus-nats');
  await until('the inner lab is up', 60, async () => existsSync(join(cache.run, 'state', 'lab.json')));
  expect(processes().length).toBeGreaterThan(2);
  return child;
};

afterAll(() => ended(run('down')));

describe('a lab leaves nothing behind', () => {
  it('after it was taken down', async () => {
    expect(await ended(run('up', 'nats'))).toBe(0);
    expect(await ended(run('status'))).toBe(0);
    expect(await ended(run('down'))).toBe(0);
    expectNothingLeft();
  });

  it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('after its runner was ended by %s', async (signal, status) => {
    const child = await runUntilUp();
    child.kill(signal);
    expect(await ended(child)).toBe(status);
    expectNothingLeft();
  });

  it('after its runner was killed: the kernel ends the processes, the next run removes the rest', async () => {
    const child = await runUntilUp();
    child.kill('SIGKILL');
    expect(await ended(child)).toBe('SIGKILL');
    await until('no process of it is left', 20, async () => processes().length === 0);
    expect(await ended(run('down'))).toBe(0);
    expectNothingLeft();
  });
});
