import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';

export interface RenderLimits {
  /** Where programs are looked up, as in the variable PATH. */
  readonly path: string;
  /** 20 s by default; a renderer that takes longer is ended. */
  readonly timeoutMs?: number;
  /** Bytes on stdout; 32 MiB by default. */
  readonly outputLimit?: number;
}

export interface RenderRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Folder for whatever the program thinks is its home. */
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
}

const HOW_TO_GET: Readonly<Record<string, string>> = { kustomize: 'install kustomize 5', helm: 'install helm 3' };

/** The first executable of that name on the path. @throws PermanentError `RendererMissing`. */
export function findProgram(name: string, path: string): string {
  const found = path.split(delimiter).filter(Boolean).map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new PermanentError('RendererMissing', `there is no ${name} on the PATH: ${HOW_TO_GET[name] ?? `install ${name}`}, or use the hub's image, which has it`);
}

/** Tells one build of a program from another that was put in its place: asking it for its version would start it each time. */
export function identityOf(program: string): string {
  const { dev, ino, size, mtimeMs } = statSync(program);
  return [program, dev, ino, size, mtimeMs].join(' ');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs the program and answers its stdout. It sees no variable of ours: an empty PATH (so no git and no plugins to start), proxies
 * that lead nowhere, and a home of its own.
 *
 * @throws PermanentError `RenderFailed` with the program's own words, in full as its cause; without a cause for too long a run or too much output; the signal's reason when aborted.
 */
export function runRenderer({ program, args, cwd, home, signal }: RenderRun, { timeoutMs = 20_000, outputLimit = 32 * 1024 * 1024 }: Omit<RenderLimits, 'path'>): Promise<string> {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const nowhere = 'http://127.0.0.1:9';
  const env = { PATH: '', HOME: home, TMPDIR: home, LC_ALL: 'C', HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home, HELM_PLUGINS: join(home, 'none') };
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL', ...(signal ? { signal } : {}) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputLimit) child.kill('SIGKILL');
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < 100) err.push(chunk);
    });
    child.on('error', (error) => reject(signal?.aborted ? signal.reason : error));
    child.on('close', (code) => {
      if (signal?.aborted) return reject(signal.reason);
      if (code === 0 && size <= outputLimit) return resolve(Buffer.concat(out).toString());
      const ended = size > outputLimit ? `it wrote more than ${outputLimit} bytes` : code === null ? `it took longer than ${timeoutMs / 1000} s` : undefined;
      const words = Buffer.concat(err).toString().trim().slice(0, 4000);
      return reject(new PermanentError('RenderFailed', `${name} ${args[0] ?? ''} failed: ${ended ?? words.slice(0, 1000)}`, ended === undefined ? { cause: new Error(words) } : {}));
    });
  });
}
