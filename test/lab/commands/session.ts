import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginWorld, cgroupName, endWorld, findWorld, insideWorld } from '../boot/world.ts';
import { BUILDS, type LabServer } from '../boot/lab.ts';
import { factsFile, withNeeds } from '../boot/start-lab.ts';
import { isLock, tryLock, type Lock } from '../build/lock.ts';
import { labapp, writeImages } from '../images/images.ts';
import type { InsidePlan } from '../inside/plan.ts';
import type { LabSpec } from '../specs.ts';
import { pick, UsageError, type CommandContext } from './context.ts';
import { buildable, resolveAll } from './build.ts';

export const logsFolder = (context: CommandContext): string => join(context.cache.root, 'logs');
export const stateFolder = (context: CommandContext): string => join(context.cache.run, 'state');

/** One lab at a time and cache: held while a command makes, uses or removes it. */
export const holdLab = async (context: CommandContext): Promise<Lock> => {
  const held = tryLock(context.cache.locks, 'lab');
  if (!isLock(held)) throw new UsageError(`process ${held.pid} is using the lab of ${context.cache.root}: wait for it, or set FLEETMEND_LAB_CACHE to another folder`);
  return held;
};

/** Refuses to disturb a lab that somebody keeps up; removes what a killed run left. */
export const clearRemains = async (context: CommandContext): Promise<void> => {
  if (findWorld(context.cache)) throw new UsageError('a lab is up: end it with `npm run lab -- down` first');
  if (await endWorld(context.cache)) context.report('removed what an earlier run left behind');
};

export interface Session {
  readonly servers: readonly LabServer[];
  /** Programs wanted besides those of the servers. */
  readonly tools: readonly string[];
  readonly specs: readonly string[];
  readonly reportFile: string;
  readonly json: boolean;
  readonly record: boolean;
  /** Ends with this process; else it stays until `down`. */
  readonly bound: boolean;
}

/** Finds or builds all programs that those servers and tools need. */
const programsFor = ({ servers, tools }: Pick<Session, 'servers' | 'tools'>, context: CommandContext): Promise<InsidePlan['programs']> => {
  const names = [...new Set([...withNeeds(servers)].flatMap((server) => BUILDS[server]).concat(tools))];
  return resolveAll(pick(buildable, servers.includes('node') ? [...names, labapp.name] : names, 'server'), context);
};

/** Builds what is missing for those specs, and no more. */
export const buildFor = async (specs: readonly LabSpec[], context: CommandContext): Promise<void> => {
  await programsFor({ servers: specs.flatMap(({ servers }) => servers), tools: specs.flatMap(({ tools }) => tools ?? []) }, context);
};

const makePlan = async (session: Session, context: CommandContext): Promise<InsidePlan> => {
  const programs = await programsFor(session, context);
  const program = programs[labapp.name]?.paths.labapp;
  return {
    servers: session.servers,
    run: stateFolder(context),
    logs: logsFolder(context),
    programs,
    images: program ? writeImages(join(context.cache.root, 'images'), program) : {},
    cgroup: cgroupName(context.cache),
    path: `${context.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
    processesFile: join(context.cache.run, 'processes.json'),
    specs: session.specs,
    root: context.root,
    reportFile: session.reportFile,
    json: session.json,
    record: session.record,
  };
};

/** Runs the inside process to its end; an aborted context kills it. */
const runInside = (command: readonly [string, ...string[]], context: CommandContext, json: boolean): Promise<number> =>
  new Promise((done, failed) => {
    const [file, ...args] = command;
    const child = spawn(file, args, { stdio: ['ignore', json ? 2 : 'inherit', 'inherit'], env: context.env as NodeJS.ProcessEnv });
    const kill = (): void => void child.kill('SIGKILL');
    context.signal.addEventListener('abort', kill, { once: true });
    child.on('error', failed);
    child.on('exit', (code) => {
      context.signal.removeEventListener('abort', kill);
      done(code ?? 1);
    });
  });

/**
 * Builds what is missing, makes the namespaces, boots the servers and runs the specs inside; the exit status of all that.
 * Whatever happens, a bound session leaves nothing behind.
 */
export const runSession = async (session: Session, context: CommandContext): Promise<number> => {
  const plan = await makePlan(session, context);
  context.signal.throwIfAborted();
  rmSync(plan.logs, { recursive: true, force: true });
  for (const folder of [plan.run, plan.logs]) mkdirSync(folder, { recursive: true });
  const planFile = join(context.cache.run, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  try {
    const world = await beginWorld(context.cache, { bound: session.bound });
    context.signal.throwIfAborted();
    const status = await runInside(insideWorld(world, context.root, [process.execPath, '--disable-warning=ExperimentalWarning', join(context.tree, 'inside', 'main.ts'), planFile]), context, session.json);
    context.signal.throwIfAborted();
    return status;
  } finally {
    // A lab that is to be kept is kept also after a failed test: that is when a person wants to look. One that did not boot is not.
    if (session.bound || !existsSync(factsFile(plan.run)) || context.signal.aborted) await endWorld(context.cache);
  }
};
