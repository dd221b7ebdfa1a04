import { Command, CommanderError } from 'commander';
import { isPermanent, messageOf } from '@fleetmend/kernel';
import { systemClock, systemRandom } from '@fleetmend/telemetry';
import type { CliProcess, CommandWorld } from './command.ts';
import { commands } from './commands/commands.ts';
import { upCommand } from './commands/up.ts';
import { EXIT } from './exit-codes.ts';
import { printable } from './printable.ts';

const EXAMPLES = `
Examples:
  fleetmend up                        the demo, then a fleet that keeps running
  fleetmend up --once --json          the demo's first failure; the last line is its result
  fleetmend up --scenario DIR --once  one scenario; the exit status says whether it ended as expected
  fleetmend up --context NAME         hub and agent on a real cluster
  fleetmend get                       every request
  fleetmend pr merge 2                merge a pull request of the local forge as yourself
  fleetmend sandbox break image       break something in the fleet that \`up\` runs

\`fleetmend COMMAND --help\` shows the options of a command; where none is named, it is \`up\`.

Exit status: 0 done as promised, 1 not, 2 wrong command line, 3 scenario skipped, 78 somebody has to change something first.`;

/** What is wrong with the command line itself, and is found only after it was parsed. */
const USAGE: ReadonlySet<string> = new Set(['UnknownOutput', 'BadNumber', 'WrongTogether', 'BadDuration']);

/** Runs one command line; answers the exit status. */
export async function runCli(process: CliProcess): Promise<number> {
  const { stdout, stderr } = process;
  let status: number = EXIT.ok;
  const world: CommandWorld = {
    ...process,
    clock: systemClock,
    random: systemRandom,
    print: (text) => void stdout.write(`${printable(text)}\n`),
    done: (code) => void (status = code),
  };
  const program = new Command('fleetmend').description('Repairs what keeps failing in a fleet of Kubernetes clusters, by pull request.').addHelpText('after', EXAMPLES);
  for (const make of commands) program.addCommand(make(world), { isDefault: make === upCommand });
  takeCharge(program, process);
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

/** Commander would end the process and write past what was handed in; every command below inherits neither by itself. */
function takeCharge(command: Command, { stdout, stderr }: Pick<CliProcess, 'stdout' | 'stderr'>): void {
  command.exitOverride().configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
  for (const below of command.commands) takeCharge(below, { stdout, stderr });
}
