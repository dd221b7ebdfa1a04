import { join } from 'node:path';
import { Command } from 'commander';
import { verifyAudit } from '@fleetmend/audit';
import { stateDirOption, type CommandFactory } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { stateLayout } from '../up/state-layout.ts';

/** `audit verify [file]`: proves that no record of the trail was changed, removed, added or moved. */
export const auditCommand: CommandFactory = (world) => {
  const { print, done } = world;
  const program = new Command('audit').description('the trail of what was decided');
  program
    .command('verify [file]')
    .description('prove the hash chain of an audit file; the local fleet\'s own where none is named')
    .addOption(stateDirOption(world))
    .action(async (file: string | undefined, options) => {
      const path = file ?? join(stateLayout(options.stateDir).hub, 'audit.jsonl');
      const proof = await verifyAudit(path);
      print(proof.intact ? `intact: ${proof.records} records, ending with ${proof.end.hash}` : `NOT intact: ${path} line ${proof.line}: ${proof.problem}. Everything before that line is proved`);
      done(proof.intact ? EXIT.ok : EXIT.failed);
    });
  return program;
};
