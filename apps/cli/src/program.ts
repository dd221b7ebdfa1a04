import { Command, CommanderError, Option } from 'commander';
import { isPermanent, messageOf } from '@fleetmend/kernel';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { describeRequest, getRequests } from './commands/requests.ts';
import { approve } from './commands/approve.ts';
import { auditCommands } from './commands/audit.ts';
import { doctor } from './commands/doctor.ts';
import { pullRequestCommands } from './commands/pull-requests.ts';
import { EXIT } from './exit-codes.ts';
import { printable } from './printable.ts';
import { createTerminal } from './terminal.ts';
import { up } from './up/up.ts';
import { upOnCluster } from './up/on-cluster.ts';

/** What the process hands in. */
export interface CliProcess {
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly signal: AbortSignal;
  /** The checkout: where `policies/` is. */
  readonly root: string;
}

const EXAMPLES = `
Examples:
  fleetmend up                        the demo, then a fleet that keeps running
  fleetmend up --once --json          the demo's first failure; the last line is its result
  fleetmend up --scenario DIR --once  one scenario; the exit status says whether it ended as expected
  fleetmend up --context NAME         hub and agent on a real cluster
  fleetmend get                       every request
  fleetmend pr merge 2                merge a pull request of the local forge as yourself

\`fleetmend COMMAND --help\` shows the options of a command; where none is named, it is \`up\`.

Exit status: 0 done as promised, 1 not, 2 wrong command line, 3 scenario skipped, 78 somebody has to change something first.`;

/** What is wrong with the command line itself, and is found only after it was parsed. */
const USAGE: ReadonlySet<string> = new Set(['UnknownOutput', 'BadNumber']);

/** Runs one command line; answers the exit status. */
export async function runCli(process: CliProcess): Promise<number> {
  const { env, stdout, stderr } = process;
  let status: number = EXIT.ok;
  const done = (code: number) => void (status = code);
  const print = (text: string) => void stdout.write(`${printable(text)}\n`);
  const program = new Command('fleetmend')
    .description('Repairs what keeps failing in a fleet of Kubernetes clusters, by pull request.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
  const stateDir = () => new Option('--state-dir <dir>', 'where the local fleet keeps its state').default(env['FLEETMEND_STATE_DIR'] ?? '.fleetmend');

  program
    .command('up', { isDefault: true })
    .description('a whole fleet in this process: the demo, or a scenario; or hub and agent on a real cluster')
    .addOption(stateDir())
    .option('--once', 'end after the first failure, or the scenario', false)
    .option('--json', 'print the result as one line of JSON; the story goes to standard error', false)
    .option('--accelerated', 'with times of a second or two', false)
    .option('--scenario <dir>', 'play this scenario folder instead of the demo')
    .option('--context <name>', 'run on the cluster of this kubeconfig context')
    .option('--kubeconfig <file>', 'kubeconfig of that context')
    .option('--config <file>', 'fleetmend.yaml for that cluster')
    .option('--cluster <name>', 'name of that cluster in the fleet')
    .option('--install-crds', 'install our kinds there without asking', false)
    .option('-y, --yes', 'answer yes to every question', false)
    .addOption(new Option('--log-level <level>', 'what to log on standard error').choices(['debug', 'info', 'warn', 'error', 'silent']).default(env['FLEETMEND_LOG_LEVEL'] ?? 'silent'))
    .action(async (options) => {
      const terminal = createTerminal(options.json ? stderr : stdout, env);
      const log = createLogger({ level: options.logLevel, service: 'fleetmend' });
      const world = { clock: systemClock, random: systemRandom, log, env, fetch, root: process.root, terminal, signal: process.signal, answer: print };
      if (options.context === undefined) return done(await up(options, world));
      return done(await upOnCluster(options, { ...world, stdin: process.stdin, stdout }));
    });
  program.command('get').description('every request, as a table').option('--kubeconfig <file>').option('--context <name>').addOption(stateDir()).option('-o, --output <format>', 'json').action(async (options) => print(await getRequests(options, env)));
  program.command('describe <request>').description('the story of one request').option('-n, --namespace <namespace>').option('--kubeconfig <file>').option('--context <name>').addOption(stateDir()).action(async (name: string, options) => print(await describeRequest(name, options, env)));
  program.command('approve <request>').description('how to approve a request as yourself').option('-n, --namespace <namespace>').option('--kubeconfig <file>').option('--context <name>').addOption(stateDir()).action(async (name: string, options) => print(await approve(name, options, env)));
  program.command('doctor').description('checks every dependency, each failure with its fix').option('--kubeconfig <file>').option('--context <name>').addOption(stateDir()).action(async (options) => done(await doctor(options, { env, root: process.root, print })));
  program.addCommand(auditCommands({ stateDir, print, done }).exitOverride());
  program.addCommand(pullRequestCommands({ stateDir, env, clock: systemClock, print }).exitOverride());

  try {
    await program.parseAsync([...process.args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (process.signal.aborted) return EXIT.interrupted;
    stderr.write(`fleetmend: ${printable(messageOf(error))}\n`);
    if (isPermanent(error) && USAGE.has(error.reason)) return EXIT.usage;
    return isPermanent(error) ? EXIT.permanent : EXIT.failed;
  }
}
