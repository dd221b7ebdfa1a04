import { Command, Option } from 'commander';
import { createLogger } from '@fleetmend/telemetry';
import { PermanentError } from '@fleetmend/kernel';
import { stateDirOption, type CommandFactory } from '../command.ts';
import { createTerminal } from '../terminal.ts';
import { upOnCluster } from '../up/on-cluster.ts';
import { up } from '../up/up.ts';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What only the sandbox can do: a real cluster has no demo to play. */
const SANDBOX_ONLY = ['once', 'json', 'accelerated', 'scenario'] as const;

export const upCommand: CommandFactory = (world) => {
  const { env, clock, random, stdout, stderr, stdin, signal, root, print, done } = world;
  return new Command('up')
    .description('a whole fleet in this process: the demo, or a scenario; or hub and agent on a real cluster')
    .addOption(stateDirOption(world))
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
    .addOption(new Option('--log-level <level>', 'what to log on standard error').choices(LEVELS).default(env['FLEETMEND_LOG_LEVEL'] ?? 'silent'))
    .action(async (options) => {
      const terminal = createTerminal(options.json ? stderr : stdout, env);
      const log = createLogger({ level: options.logLevel, service: 'fleetmend' });
      const cli = { clock, random, log, env, fetch, root, terminal, signal, answer: print };
      if (options.context === undefined) return done(await up(options, cli));
      const wrong = SANDBOX_ONLY.filter((name) => options[name] !== undefined && options[name] !== false);
      if (wrong.length > 0) throw new PermanentError('WrongTogether', `${wrong.map((name) => `--${name}`).join(', ')} is for the sandbox and cannot stand with --context: leave out the one or the other`);
      return done(await upOnCluster(options, { ...cli, stdin, stdout }));
    });
};
