import { spawn, spawnSync } from 'node:child_process';
import { PermanentError } from '@fleetmend/kernel';

/** One call of git. Secrets go into `config`, which travels in the environment and not in the argument list. */
export interface GitCall {
  readonly args: readonly string[];
  /** The bare repository; left out only for what needs none. */
  readonly dir?: string;
  readonly input?: string | Uint8Array;
  readonly config?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer; 0 alone by default. */
  readonly codes?: readonly number[];
}

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Git {
  run(call: GitCall): Promise<GitOutput>;
  /** For the one step that must not be interrupted: moving a branch inside a database transaction. */
  runNow(call: GitCall): GitOutput;
}

export interface GitOptions {
  /** Program name or path. */
  readonly command?: string;
  /** Where programs are looked up; also what git itself gets as PATH. */
  readonly path?: string;
  readonly timeoutMs?: number;
  /** Every call blocks, so that a world on a virtual clock sees Git take no time at all. */
  readonly synchronous?: boolean;
}

/** git exited with something else than an answer; `stderr` holds no secret, since none is ever in an argument. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly stderr: string;

  constructor(message: string, stderr: string) {
    super(message);
    this.stderr = stderr;
  }
}

/** Where package managers put git, for callers that were not told a PATH. */
const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin:/run/current-system/sw/bin';
const OUTPUT_LIMIT = 256 * 1024 * 1024;

/**
 * The git binary with nothing of the machine's own set-up: no system or user configuration, no hooks, no prompts, no
 * credential helpers, no redirects to other hosts, and only transports that a forge uses.
 *
 * @throws PermanentError `GitMissing` from any call when there is no such program.
 */
export function createGit({ command = 'git', path = USUAL_PATH, timeoutMs = 120_000, synchronous = false }: GitOptions = {}): Git {
  const optionsFor = (call: GitCall) => ({ env: environmentFor(call, path), timeout: timeoutMs, killSignal: 'SIGKILL' as const });

  const runNow = (call: GitCall): GitOutput => {
    const done = spawnSync(command, [...call.args], { ...optionsFor(call), input: call.input ?? '', maxBuffer: OUTPUT_LIMIT });
    if (done.error && done.status === null && done.signal === null) throw startError(done.error, command);
    return outcome(call, { code: done.status, signal: done.signal, stdout: done.stdout, stderr: done.stderr.toString() });
  };

  const run = (call: GitCall): Promise<GitOutput> =>
    new Promise((resolve, reject) => {
      const child = spawn(command, [...call.args], { ...optionsFor(call), stdio: 'pipe' });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let size = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > OUTPUT_LIMIT) child.kill('SIGKILL');
        else out.push(chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.stdin.on('error', () => undefined); // git may answer before it has read everything; its exit code tells
      child.on('error', (error) => reject(startError(error, command)));
      child.on('close', (code, signal) => {
        try {
          resolve(outcome(call, { code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }));
        } catch (error) {
          reject(error);
        }
      });
      child.stdin.end(call.input ?? '');
    });

  return { runNow, run: synchronous ? async (call) => runNow(call) : run };
}

function outcome(call: GitCall, done: { readonly code: number | null; readonly signal: string | null; readonly stdout: Buffer; readonly stderr: string }): GitOutput {
  const verb = call.args.find((arg) => !arg.startsWith('-')) ?? '';
  if (done.code === null) throw new GitError(`git ${verb} was ended by ${done.signal ?? 'a signal'}: it took too long or answered too much`, done.stderr);
  if (!(call.codes ?? [0]).includes(done.code)) throw new GitError(`git ${verb} failed with ${done.code}: ${withoutUserInfo(done.stderr.trim())}`, done.stderr);
  return { code: done.code, stdout: done.stdout, stderr: done.stderr };
}

function startError(error: Error, command: string): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error;
  return new PermanentError('GitMissing', `there is no program "${command}": install git 2.38 or newer and start again`, { cause: error });
}

function environmentFor({ dir, config = {}, env = {} }: GitCall, path: string): Record<string, string> {
  const settings = Object.entries({
    'core.hooksPath': '/dev/null',
    'core.filesRefLockTimeout': '3000',
    'credential.helper': '',
    'gc.auto': '0',
    'http.followRedirects': 'false',
    'maintenance.auto': 'false',
    'safe.directory': '*',
    ...config,
  });
  const numbered = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: path,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: 'file:http:https:ssh',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    ...Object.fromEntries(numbered),
    ...(dir === undefined ? {} : { GIT_DIR: dir }),
    ...env,
  };
}

function withoutUserInfo(text: string): string {
  return text.replace(/(\w+:\/\/)[^/\s@]+@/g, '$1');
}
