import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { anchorName, verifyAnchor, verifyAudit } from '@fleetmend/audit';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { stateDirOption, type CommandFactory } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { stateLayout } from '../up/state-layout.ts';

/** `audit verify [file]`: proves that no record of the trail was changed, removed, added or moved; with `--anchor`, not at its end either. */
export const auditCommand: CommandFactory = (world) => {
  const { print, done } = world;
  const program = new Command('audit').description('the trail of what was decided');
  program
    .command('verify [file]')
    .description('prove the hash chain of an audit file; the local fleet\'s own where none is named')
    .option('--anchor <path>', 'checkpoints that were kept outside: the file, or the folder that holds it. The trail has to be consistent with every one of them')
    .option('--anchor-key <file>', 'public key of the checkpoints (Ed25519, PEM)')
    .addOption(stateDirOption(world))
    .action(async (file: string | undefined, options: VerifyOptions) => {
      const path = file ?? join(stateLayout(options.stateDir).hub, 'audit.jsonl');
      const proof = await verifyAudit(path);
      print(proof.intact ? `intact: ${proof.records} records, ending with ${proof.end.hash}` : `NOT intact: ${path} line ${proof.line}: ${proof.problem}. Everything before that line is proved`);
      const anchored = proof.intact && options.anchor !== undefined ? await verifyAnchor({ trail: path, ...anchorOf(options.anchor, options.anchorKey) }) : undefined;
      if (anchored !== undefined) print(anchored.consistent ? `consistent: with ${anchored.checkpoints} checkpoints, the last of ${anchored.last.time} at record ${anchored.last.sequence}` : `NOT consistent: ${anchored.problem}`);
      done(proof.intact && anchored?.consistent !== false ? EXIT.ok : EXIT.failed);
    });
  return program;
};

interface VerifyOptions {
  readonly stateDir: string;
  readonly anchor?: string;
  readonly anchorKey?: string;
}

/** @throws PermanentError `AnchorKeyMissing`. */
function anchorOf(anchor: string, key: string | undefined): { readonly anchor: string; readonly publicKey: string } {
  const file = statSync(anchor, { throwIfNoEntry: false })?.isDirectory() ? join(anchor, anchorName('hub')) : anchor;
  if (key === undefined) throw new PermanentError('AnchorKeyMissing', 'whoever changed a trail could have written checkpoints for it: name the public key that they have to be signed with, by --anchor-key');
  try {
    return { anchor: file, publicKey: readFileSync(key, 'utf8') };
  } catch (error) {
    throw new PermanentError('AnchorKeyMissing', `the public key ${key} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
