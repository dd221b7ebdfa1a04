import { Command, Option } from 'commander';
import type { Clock, Random } from '@fleetmend/kernel';

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

/** What a command is made from. */
export interface CommandWorld extends CliProcess {
  readonly clock: Clock;
  readonly random: Random;
  /** A line for people or programs on standard output; control characters are made visible. */
  readonly print: (text: string) => void;
  /** Sets the exit status; 0 where it is never called. */
  readonly done: (status: number) => void;
}

/** One command of the command line, with those below it. */
export type CommandFactory = (world: CommandWorld) => Command;

/** Where the local fleet keeps its state. */
export function stateDirOption({ env }: Pick<CommandWorld, 'env'>): Option {
  return new Option('--state-dir <dir>', 'where the local fleet keeps its state').default(env['FLEETMEND_STATE_DIR'] ?? '.fleetmend');
}

/** A command that talks to a cluster: which one is the same three options everywhere. */
export function onCluster(command: Command, world: Pick<CommandWorld, 'env'>): Command {
  return command.option('--kubeconfig <file>', 'kubeconfig to use').option('--context <name>', 'context of that kubeconfig').addOption(stateDirOption(world));
}
