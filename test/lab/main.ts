// The lab: real servers for the tests, and for a person. `npm run lab -- --help` says how.
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { labCache } from './build/cache.ts';
import { build, buildable } from './commands/build.ts';
import { UsageError, type CommandContext } from './commands/context.ts';
import { down } from './commands/down.ts';
import { exec } from './commands/exec.ts';
import { pin } from './commands/pin.ts';
import { status } from './commands/status.ts';
import { test, type TestOptions } from './commands/test.ts';
import { up } from './commands/up.ts';
import { LAB_SERVERS } from './boot/lab.ts';
import { labSpecs } from './specs.ts';

const tree = dirname(fileURLToPath(import.meta.url));

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

const jobs = (value: string): number => {
  if (!/^[1-9]\d?$/.test(value)) throw new UsageError(`--jobs ${value}: give a number of labs, such as 2`);
  return Number(value);
};

const makeProgram = (context: CommandContext, finish: (status: number) => void): Command => {
  const program = new Command('lab')
    .enablePositionalOptions()
    .description('Real servers, built from Go modules and booted as plain processes in namespaces of their own.')
    .addHelpText('after', `
Servers to build: ${buildable.map(({ name }) => name).join(', ')}
Servers to boot:  ${LAB_SERVERS.join(', ')}
Specs:            ${labSpecs.map(({ name }) => name).join(', ')}

Everything is kept in ${context.cache.root} (FLEETMEND_LAB_CACHE names another folder).
Binaries that are there already are used first: FLEETMEND_LAB_BIN, KUBEBUILDER_ASSETS, PATH.

Examples:
  npm run test:lab                          the smoke set
  npm run test:lab -- --only journey-01     one spec
  npm run test:lab -- --all --install       everything, missing Debian packages installed
  npm run test:lab -- --all --jobs 2        everything, in two labs at a time
  npm run lab -- build opa                  one tool
  npm run lab -- up kubernetes gitea        a lab for a person
  npm run lab -- exec kubectl get pods -A   a command inside it
  npm run lab -- down`);
  program.command('build').argument('[name...]').description('build what is missing, and print where it is')
    .action(async (names: string[]) => finish(await build(names, context)));
  program.command('up').argument('[name...]').option('--install', 'install missing Debian packages', false).description('boot the named servers, or all but fleet, and leave them running')
    .action(async (names: string[], options: { install: boolean }) => finish(await up(names, options, context)));
  program.command('status').description('say what is up').action(async () => finish(await status(context)));
  program.command('down').description('end the lab and remove all but its cache').action(async () => finish(await down(context)));
  program.command('exec').argument('<command...>').passThroughOptions().description('run a command inside the lab that is up')
    .action(async (command: string[]) => finish(await exec(command, context)));
  program.command('test').description('boot what the specs need, run them, remove everything')
    .option('--all', 'every spec, not only the smoke set', false)
    .option('--only <name>', 'this spec; may be given again', collect, [])
    .option('--jobs <number>', 'labs side by side, each with its share of the specs', jobs, 1)
    .option('--keep', 'leave the lab up afterwards', false)
    .option('--install', 'install missing Debian packages', false)
    .option('--json', 'end with one JSON object on stdout; progress goes to stderr', false)
    .option('--record', 'write the recordings of the specs kubectl and parity from this run', false)
    .action(async (options: TestOptions) => finish(await test(options, context)));
  program.command('pin').argument('<name...>').description('write go.mod and go.sum of a server anew, after its version was changed')
    .action(async (names: string[]) => finish(await pin(names, context)));
  return program;
};

const main = async (): Promise<number> => {
  const interruption = new AbortController();
  let received: NodeJS.Signals | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      received ??= name;
      interruption.abort(new Error(`interrupted by ${name}`));
    });
  }
  const context: CommandContext = {
    cache: labCache(process.env),
    env: process.env,
    root: resolve(tree, '..', '..'),
    tree,
    report: (line) => void process.stderr.write(`${line}\n`),
    signal: interruption.signal,
  };
  let result = 1;
  try {
    await makeProgram(context, (status) => (result = status)).parseAsync();
  } catch (error) {
    if (received) process.stderr.write('lab: interrupted; everything that was started is gone\n');
    else process.stderr.write(`lab: ${error instanceof UsageError ? error.message : ((error as Error).stack ?? String(error))}\n`);
  }
  return received ? 128 + constants.signals[received] : result;
};

process.exit(await main());
