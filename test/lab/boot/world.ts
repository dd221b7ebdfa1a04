import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync, closeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LabCache } from '../build/cache.ts';
import { identify, isRunning, type ProcessIdentity } from '../build/process-identity.ts';

/**
 * The world is one set of kernel namespaces (network, mount, process) of the lab's own. Every server, container and
 * test process runs inside, so the end of its first process ends them all: the kernel kills what runs, and devices and
 * mounts go with the namespaces. Only what lies outside of namespaces is left to remove: cgroups and folders.
 *
 * `unshare`, not `ip netns exec`: the latter mounts a fresh /sys and so hides the mounts of cgroup v1 from the kubelet.
 */
export interface World {
  /** The first process inside, by its number outside. */
  readonly init: ProcessIdentity;
}

/** Written before anything is made, so that a later run can remove what an earlier one could not. */
interface Ledger {
  readonly processes: readonly ProcessIdentity[];
  /** Folders outside the cache that did not exist before. Made as mount points; empty outside the namespace. */
  readonly folders: readonly string[];
  readonly cgroups: readonly string[];
}

/** Fixed paths that containerd, CNI and the kubelet write to whatever they are told; each is covered by a tmpfs. */
const COVERED = ['/run/containerd', '/run/netns', '/var/lib/cni', '/var/lib/kubelet', '/var/lib/containerd'] as const;

/** What the mounts that cover them are called. */
const TMPFS = 'fleetmend-lab';

const ledgerFile = (cache: LabCache): string => join(cache.run, 'ledger.json');

const readLedger = (cache: LabCache): Ledger | undefined =>
  existsSync(ledgerFile(cache)) ? (JSON.parse(readFileSync(ledgerFile(cache), 'utf8')) as Ledger) : undefined;

const writeLedger = (cache: LabCache, ledger: Ledger): void => writeFileSync(ledgerFile(cache), JSON.stringify(ledger, null, 2));

/** The cgroup under which the lab's kubelet keeps its pods. */
export const cgroupName = (cache: LabCache): string => `fleetmend-lab-${cache.id}`;

/** The folder of a cgroup in every hierarchy: one on cgroup v2, one per controller on v1. */
const cgroupFolders = (name: string): readonly string[] => {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return [];
  if (existsSync(join(root, 'cgroup.controllers'))) return [join(root, name)];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name, name));
};

/** The kubelet wants its root cgroup to exist. On v1 a new cpuset is empty and takes no process until it is given what its parent has. */
const makeCgroup = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const parent = join(dirname(folder), file);
    if (existsSync(parent) && !existsSync(join(dirname(folder), 'cgroup.controllers'))) writeFileSync(join(folder, file), readFileSync(parent));
  }
};

const missingParents = (path: string): readonly string[] =>
  existsSync(path) ? [] : [...missingParents(dirname(path)), path];

/** Reaps orphans for ever. The shell's `wait` collects every child that has died, ours or adopted. */
const initScript = (covered: readonly string[]): string =>
  [
    'ip link set lo up || exit 1',
    ...covered.map((path) => `mount -t tmpfs -o mode=755 ${TMPFS} ${path} || exit 1`),
    'echo ready',
    'exec >/dev/null 2>&1',
    'while :; do sleep 3600 & wait $!; done',
  ].join('\n');

const childOf = (pid: number): number | undefined => {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return child ? Number(child) : undefined;
  } catch {
    return undefined;
  }
};

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Makes the namespaces. A bound world ends with this process, whatever kills it; any other stays until `endWorld`.
 *
 * Without root a user namespace gives the same, but for containers: their cgroups cannot be written.
 */
export const beginWorld = async (cache: LabCache, options: { readonly bound: boolean }): Promise<World> => {
  const covered = isRoot() ? COVERED : [];
  const folders = covered.flatMap((path) => missingParents(path));
  const cgroups = isRoot() ? cgroupFolders(cgroupName(cache)) : [];
  mkdirSync(cache.run, { recursive: true });
  writeLedger(cache, { processes: [], folders, cgroups });
  for (const folder of covered) mkdirSync(folder, { recursive: true });
  for (const folder of cgroups) makeCgroup(folder);

  const bound = options.bound ? { before: ['setpriv', '--pdeathsig', 'KILL'], kill: ['--kill-child'] } : { before: [], kill: [] };
  const user = isRoot() ? [] : ['--user', '--map-root-user'];
  const [file = 'unshare', ...args] = [
    ...bound.before, 'unshare', ...user, '--net', '--mount', '--pid', '--fork', ...bound.kill, '--mount-proc', 'sh', '-c', initScript(covered),
  ];
  const log = join(cache.run, 'world.log');
  const output = openSync(log, 'w');
  const wrapper = spawn(file, args, { detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const died = new Promise<string>((done) => {
    wrapper.on('error', (error) => done(error.message));
    wrapper.on('exit', (code) => done(`exit status ${code}`));
  });
  wrapper.unref();
  for (let waited = 0; waited < 10_000; waited += 20) {
    const ended = await Promise.race([died, pause(20)]);
    const said = readFileSync(log, 'utf8');
    if (ended !== undefined) {
      throw new Error(
        `cannot make the lab's namespaces (${ended}${said ? `: ${said.trim()}` : ''}): ` +
          'run as root, or allow unprivileged user namespaces, and have iproute2 and util-linux installed',
      );
    }
    const child = wrapper.pid === undefined ? undefined : childOf(wrapper.pid);
    const processes = [wrapper.pid, child].flatMap((pid) => (pid === undefined ? [] : [identify(pid)])).filter((found) => found !== undefined);
    writeLedger(cache, { processes, folders, cgroups });
    const init = child === undefined ? undefined : identify(child);
    if (init && said.includes('ready')) return { init };
  }
  throw new Error(`the lab's first process did not come up within 10 s: see ${log}`);
};

/** The command line that enters the world: a program and its arguments go after it. */
export const enterWorld = (world: World): readonly [string, ...string[]] => [
  'nsenter', '--target', String(world.init.pid), ...(isRoot() ? [] : ['--user', '--preserve-credentials']), '--net', '--mount', '--pid', '--',
];

/** The command line that runs another one inside the world, in a folder: entering a mount namespace leads to its root. */
export const insideWorld = (world: World, folder: string, command: readonly string[]): readonly [string, ...string[]] => [
  ...enterWorld(world), 'env', `--chdir=${folder}`, ...command,
];

/** The world that is up, if one is. */
export const findWorld = (cache: LabCache): World | undefined => {
  const init = readLedger(cache)?.processes[1];
  return init && isRunning(init) ? { init } : undefined;
};

/**
 * Where another lab has a tmpfs of its own now. The kernel lets such a folder be removed, and takes the mount away from under
 * those who use it in their namespace: the servers of the other lab.
 */
const coveredElsewhere = (): ReadonlySet<string> => {
  const mountsOf = (pid: string): readonly string[] => {
    try {
      return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').filter((line) => line.includes(` - tmpfs ${TMPFS} `));
    } catch {
      return []; // it has ended meanwhile
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Set(pids.flatMap(mountsOf).map((line) => line.split(' ')[4] ?? ''));
};

const removeCgroup = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  rmdirSync(folder);
};

/** Does an act until the kernel lets it: cgroups and mount points stay busy for a moment after their last process died. */
const untilFree = async (what: string, act: () => void): Promise<void> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return act();
    } catch (error) {
      if (tries >= 200) throw new Error(`cannot remove ${what}: ${(error as Error).message}; remove it by hand`, { cause: error });
    }
    await pause(50);
  }
};

/** Ends the world and removes all that it left; does the same for the remains of a run that was killed. Safe to repeat. */
export const endWorld = async (cache: LabCache): Promise<boolean> => {
  const ledger = readLedger(cache);
  if (!ledger) return false;
  // The first process inside goes first: with it the kernel ends every other process of the namespace.
  for (const found of [...ledger.processes].reverse()) if (isRunning(found)) process.kill(found.pid, 'SIGKILL');
  await untilFree('the processes of the lab', () => {
    const left = ledger.processes.filter(isRunning);
    if (left.length > 0) throw new Error(`process ${left.map(({ pid }) => pid).join(', ')} still runs`);
  });
  for (const folder of ledger.cgroups) await untilFree(folder, () => removeCgroup(folder));
  const inUse = coveredElsewhere();
  for (const folder of [...ledger.folders].reverse()) {
    // Only what is still empty: somebody else may have begun to use the folder meanwhile.
    if (!inUse.has(folder) && existsSync(folder) && readdirSync(folder).length === 0) await untilFree(folder, () => rmdirSync(folder));
  }
  await untilFree(cache.run, () => rmSync(cache.run, { recursive: true, force: true }));
  return true;
};
