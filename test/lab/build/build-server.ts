import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { LabCache } from './cache.ts';
import type { GoServer } from './go-server.ts';
import { goEnvironment, runCommand } from './go-toolchain.ts';
import { lock } from './lock.ts';

export interface BuildOptions {
  /** `test/lab` of the work tree. */
  readonly tree: string;
  readonly cache: LabCache;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line of progress at a time. */
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** The folder of a server's pins. */
export const pinsFolder = (server: GoServer, tree: string): string => join(tree, server.folder ?? join('servers', server.name));

/** What decides the bytes of a build: a changed pin or main is another folder in the cache. */
const digestOf = (server: GoServer, folder: string): string => {
  const hash = createHash('sha256').update(JSON.stringify([server.package, server.tags, server.cgo, server.ldflags, server.share]));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /(^|\/)go\.(mod|sum)$|\.go$/.test(file));
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 10);
};

/** The folder in the cache that holds, or will hold, the server's binaries. */
export const binaryFolder = (server: GoServer, options: Pick<BuildOptions, 'tree' | 'cache'>): string =>
  join(options.cache.bin, `${server.name}-${server.version}-${digestOf(server, pinsFolder(server, options.tree))}`);

export const isBuilt = (folder: string, server: GoServer): boolean => existsSync(join(folder, server.binaries[0]));

const copyShare = async (server: GoServer, work: string, into: string, env: BuildOptions['env']): Promise<void> => {
  if (!server.share?.length) return;
  const found = await runCommand(['go', 'mod', 'download', '-json', `${server.module}@${server.version}`], { cwd: work, env });
  const module = z.object({ Dir: z.string() }).parse(JSON.parse(found.stdout));
  for (const path of server.share) {
    const target = join(into, 'share', path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(module.Dir, path), target, { recursive: true });
  }
};

const compile = async (server: GoServer, work: string, output: string, options: BuildOptions): Promise<void> => {
  const goEnv = await goEnvironment(options.cache, options.env);
  const env = { ...goEnv, CGO_ENABLED: server.cgo ? '1' : '0' };
  const result = await runCommand(
    [
      // A runner that is killed takes its compiler along.
      'setpriv', '--pdeathsig', 'KILL', 'nice', '-n', '10', 'go', 'build', '-trimpath',
      '-tags', (server.tags ?? []).join(','),
      '-ldflags', ['-s', '-w', ...(server.ldflags ?? [])].join(' '),
      '-o', join(output, server.binaries[0]),
      server.package,
    ],
    { cwd: work, env, ...(options.signal ? { signal: options.signal } : {}) },
  );
  options.signal?.throwIfAborted();
  if (result.status !== 0) {
    throw new Error(
      `building ${server.name} ${server.version} failed:\n${result.stderr.trim().split('\n').slice(-15).join('\n')}\n` +
        `Check that the Go module proxy can be reached (go env GOPROXY) and run again; finished builds are kept.`,
    );
  }
  for (const name of server.binaries.slice(1)) symlinkSync(server.binaries[0], join(output, name));
  await copyShare(server, work, output, env);
};

/** What a killed build left. Only the holder of the server's lock may call this. */
const removeStale = (cache: LabCache, server: GoServer, folder: string): void => {
  const remove = (parent: string, prefix: string): void => {
    if (!existsSync(parent)) return;
    for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) rmSync(join(parent, name), { recursive: true, force: true });
  };
  rmSync(join(cache.root, 'work', server.name), { recursive: true, force: true });
  remove(cache.bin, `${basename(folder)}.tmp-`);
};

/**
 * Builds a server into the cache unless it is there, and returns the folder of its binaries.
 *
 * The work tree is never written: `go` works on a copy of the pins. The folder appears complete, by a rename.
 */
export const buildServer = async (server: GoServer, options: BuildOptions): Promise<string> => {
  const folder = binaryFolder(server, options);
  if (isBuilt(folder, server)) return folder;
  const held = await lock(options.cache.locks, `build-${server.name}`, ({ pid }) =>
    options.report(`build ${server.name}: process ${pid} is building it already, waiting`),
  );
  const work = join(options.cache.root, 'work', server.name);
  const output = `${folder}.tmp-${process.pid}`;
  try {
    if (isBuilt(folder, server)) return folder;
    const started = performance.now();
    options.report(`build ${server.name} ${server.version}: about ${server.coldSeconds} s with empty caches`);
    removeStale(options.cache, server, folder);
    mkdirSync(output, { recursive: true });
    cpSync(pinsFolder(server, options.tree), work, { recursive: true, filter: (path) => !path.endsWith('.ts') });
    await compile(server, work, output, options);
    rmSync(folder, { recursive: true, force: true });
    renameSync(output, folder);
    const megabytes = Math.round(statSync(join(folder, server.binaries[0])).size / 1_000_000);
    options.report(`build ${server.name} ${server.version}: done in ${Math.round((performance.now() - started) / 1000)} s, ${megabytes} MB`);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(output, { recursive: true, force: true });
    held.release();
  }
};
