import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand, type CommandResult } from '../build/go-toolchain.ts';
import type { KubectlCommand } from './commands.ts';
import { MANIFESTS } from './manifests.ts';
import { splitWords } from './words.ts';

/** A cluster to play the list against. */
export interface KubectlTarget {
  /** Path of the kubectl program. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Empty folder for kubectl's discovery cache: a warm one would hide requests. */
  readonly cache: string;
  /** PATH for kubectl, which calls `diff`. */
  readonly path: string;
  /** Told before each command begins; the recorder takes what follows for its own. */
  readonly onCommand?: (command: KubectlCommand) => void;
}

export interface KubectlOutput extends CommandResult {
  readonly command: KubectlCommand;
}

const PATIENCE_SECONDS = 60;

const argsOf = (target: KubectlTarget, line: string): readonly string[] => [
  `--kubeconfig=${target.kubeconfig}`, `--cache-dir=${target.cache}`, '--namespace=shop', ...splitWords(line),
];

const environment = (target: KubectlTarget): Record<string, string> => ({ PATH: target.path, HOME: target.cache, TZ: 'UTC', LC_ALL: 'C' });

const runOnce = (target: KubectlTarget, command: Pick<KubectlCommand, 'run' | 'input'>): Promise<CommandResult> =>
  runCommand([target.kubectl, ...argsOf(target, command.run)], {
    env: environment(target),
    ...(command.input ? { input: MANIFESTS[command.input] } : {}),
  });

/** Repeats a command until it prints what is waited for. */
const runUntil = async (target: KubectlTarget, command: KubectlCommand, pattern: RegExp): Promise<CommandResult> => {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const result = await runOnce(target, command);
    if (result.status === (command.status ?? 0) && pattern.test(result.stdout)) return result;
    if (performance.now() > deadline) return result;
    await pause(200);
  }
};

const lineCount = (text: string): number => text.split('\n').length - 1;

/** Runs a watch beside other commands and ends it once it has printed its lines. */
const runWatch = async (target: KubectlTarget, command: KubectlCommand, during: NonNullable<KubectlCommand['during']>): Promise<CommandResult> => {
  const child = spawn(target.kubectl, argsOf(target, command.run), { env: environment(target), stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  const ended = new Promise<void>((done) => child.on('close', () => done()));
  const reach = async (lines: number): Promise<void> => {
    const deadline = performance.now() + PATIENCE_SECONDS * 1000;
    while (lineCount(seen.stdout) < lines && child.exitCode === null && performance.now() < deadline) await pause(50);
  };
  await reach(1);
  for (const [index, line] of during.run.entries()) {
    await runOnce(target, { run: line });
    await reach(index + 2);
  }
  await reach(during.lines);
  child.kill('SIGKILL');
  await ended;
  return { ...seen, status: 0 };
};

const play = (target: KubectlTarget, command: KubectlCommand): Promise<CommandResult> => {
  if (command.during) return runWatch(target, command, command.during);
  if (command.until !== undefined) return runUntil(target, command, new RegExp(command.until, 'm'));
  return runOnce(target, command);
};

/** Plays a list of commands one after the other; what each printed and how it ended. */
export const playKubectl = async (target: KubectlTarget, commands: readonly KubectlCommand[]): Promise<readonly KubectlOutput[]> => {
  const outputs: KubectlOutput[] = [];
  for (const command of commands) {
    target.onCommand?.(command);
    outputs.push({ command, ...(await play(target, command)) });
  }
  return outputs;
};
