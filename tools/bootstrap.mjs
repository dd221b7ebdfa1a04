#!/usr/bin/env node
// Makes a fresh clone runnable and then runs one script of ours under Node 24.
//
//   node tools/bootstrap.mjs <script.ts> [args…]
//
// It may not import anything that `npm ci` has yet to install, and it must run on Node 20:
// the machine's own Node only starts this file, the lockfile decides which Node does the work.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const WANTED_MAJOR = 24;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.fleetmend-installed');
const lock = join(root, 'node_modules.lock');

const fail = (message) => {
  process.stderr.write(`fleetmend: ${message}\n`);
  process.exit(1);
};

const lockfileDigest = () => createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');

const installed = (digest) => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Two commands started at once must not run `npm ci` into the same folder: the second waits for the first. */
const takeLock = () => {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(lock, 'utf8'));
      if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
};

const install = () => {
  const digest = lockfileDigest();
  if (installed(digest)) return;
  takeLock();
  try {
    if (installed(digest)) return;
    process.stderr.write('fleetmend: installing what package-lock.json says (about a minute, once) …\n');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NX_NO_CLOUD: 'true' },
    });
    if (npm.error) fail(`cannot run npm (${npm.error.message}): install npm 10 or newer and run this command again`);
    if (npm.status !== 0) {
      process.stderr.write(npm.stderr);
      fail(`npm ci ended with ${npm.status ?? npm.signal}: see above; nothing was changed outside node_modules/`);
    }
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, digest);
  } finally {
    rmSync(lock, { force: true });
  }
};

const findNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= WANTED_MAJOR) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(join(root, 'package.json')).resolve(`${name}/package.json`)), 'bin', 'node');
  } catch {
    return fail(
      `Node ${process.versions.node} is too old and package ${name} is not in the lockfile for this platform: ` +
        `install Node ${WANTED_MAJOR} or newer and run this command again`,
    );
  }
};

const [script, ...args] = process.argv.slice(2);
if (!script) fail('usage: node tools/bootstrap.mjs <script.ts> [args…]');
install();
const node = findNode();
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ''}`, FLEETMEND_ROOT: root, NX_NO_CLOUD: 'true', NX_DAEMON: 'false' },
});
// npm and the terminal both signal us; the child decides when to end, and we end as it did.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)));
