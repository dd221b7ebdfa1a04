import { join } from 'node:path';
import { Command, type Option } from 'commander';
import { verifyAudit } from '@fleetmend/audit';
import { EXIT } from '../exit-codes.ts';
import { stateLayout } from '../up/state-layout.ts';

export interface AuditCommandWorld {
  readonly stateDir: () => Option;
  readonly print: (text: string) => void;
  readonly done: (status: number) => void;
}

/** `audit verify [file]`: proves that no record of the trail was changed, removed, added or moved. */
export function auditCommands({ stateDir, print, done }: AuditCommandWorld): Command {
  const program = new Command('audit').description('the trail of what was decided');
  program
    .command('verify [file]')
    .description('prove the hash chain of an audit file; the local fleet\'s own where none is named')
    .addOption(stateDir())
    .action(async (file: string | undefined, options) => {
      const path = file ?? join(stateLayout(options.stateDir).hub, 'audit.jsonl');
      const proof = await verifyAudit(path);
      print(proof.intact ? `intact: ${proof.records} records, ending with ${proof.end.hash}` : `NOT intact: ${path} line ${proof.line}: ${proof.problem}. Everything before that line is proved`);
      done(proof.intact ? EXIT.ok : EXIT.failed);
    });
  for (const command of program.commands) command.exitOverride();
  return program;
}
