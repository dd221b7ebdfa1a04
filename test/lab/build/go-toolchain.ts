import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCache } from './cache.ts';

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a command to its end and keeps what it wrote; an aborted signal kills it with all that it started. */
export const runCommand = (
  command: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly env?: Environment; readonly input?: string; readonly signal?: AbortSignal } = {},
): Promise<CommandResult> =>
  new Promise((done, failed) => {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env as NodeJS.ProcessEnv | undefined,
      // A process group of its own, so that an abort reaches the compilers that `go` has started.
      detached: options.signal !== undefined,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const kill = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    options.signal?.addEventListener('abort', kill, { once: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => failed(new Error(`cannot run ${file}: ${error.message}`, { cause: error })));
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', kill);
      done({ status: code ?? (signal ? 128 : 1), stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    // A command that ends without reading its input closes the pipe; its exit status says what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });

/**
 * The environment of every `go` command of the lab.
 *
 * `,direct` is dropped from the proxy list: a version that the proxy lacks must be an error and not a Git clone.
 */
export const goEnvironment = async (cache: LabCache, env: Environment): Promise<Environment> => {
  const found = await runCommand(['go', 'env', 'GOPROXY'], { env }).catch(() => undefined);
  if (!found || found.status !== 0) {
    throw new Error('go is not on PATH: install Go 1.26 or newer, or put ready-made binaries into a folder named by FLEETMEND_LAB_BIN');
  }
  const modules = env.GOMODCACHE ?? join(cache.go, 'mod');
  const builds = env.GOCACHE ?? join(cache.go, 'build');
  const temporary = join(cache.go, 'tmp');
  for (const folder of [modules, builds, temporary]) mkdirSync(folder, { recursive: true });
  return {
    ...env,
    GOPROXY: found.stdout.trim().split(',').filter((entry) => entry !== 'direct').join(','),
    GOFLAGS: '-mod=mod -buildvcs=false -modcacherw',
    GOWORK: 'off',
    GOMODCACHE: modules,
    GOCACHE: builds,
    GOTMPDIR: temporary,
  };
};
