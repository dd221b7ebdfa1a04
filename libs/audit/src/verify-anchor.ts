import { readFileSync } from 'node:fs';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { readCheckpoint, type Checkpoint } from './checkpoint.ts';
import { readTrail } from './read-trail.ts';

export type AnchorProof =
  | { readonly consistent: true; readonly checkpoints: number; readonly last: Checkpoint }
  | { readonly consistent: false; readonly problem: string };

/**
 * Holds a trail, whose chain is proved already, against every checkpoint that lies outside: each record that one of them names has to
 * be there, with that hash. Then nothing up to the last checkpoint was cut off or written anew.
 * @throws PermanentError `NoAnchor`, `BadCheckpointKey`.
 */
export async function verifyAnchor({ trail, anchor, publicKey }: { readonly trail: string; readonly anchor: string; readonly publicKey: string }): Promise<AnchorProof> {
  const lines = readLines(anchor);
  const wanted = new Map<number, Checkpoint>();
  let last: Checkpoint | undefined;
  for (const [index, line] of lines.entries()) {
    const read = readCheckpoint(line, publicKey);
    if (typeof read === 'string') return { consistent: false, problem: `line ${index + 1} of ${anchor}: ${read}` };
    if (last !== undefined && read.sequence < last.sequence) return { consistent: false, problem: `line ${index + 1} of ${anchor} is about record ${read.sequence}, after one about record ${last.sequence}: the trail was begun anew in between` };
    wanted.set(read.sequence, read);
    last = read;
  }
  if (last === undefined) return { consistent: false, problem: `${anchor} holds no checkpoint: nothing is proved about the end of the trail` };
  let seen = 0;
  for await (const { sequence, hash } of readTrail(trail)) {
    seen = sequence;
    const checkpoint = wanted.get(sequence);
    if (checkpoint !== undefined && checkpoint.hash !== hash) return { consistent: false, problem: `record ${sequence} is another one than at ${checkpoint.time}: the trail was written anew` };
  }
  if (seen < last.sequence) return { consistent: false, problem: `the trail ends with record ${seen}, and at ${last.time} it had ${last.sequence}: its end was cut off` };
  return { consistent: true, checkpoints: lines.length, last };
}

function readLines(anchor: string): readonly string[] {
  try {
    return readFileSync(anchor, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    throw new PermanentError('NoAnchor', `the checkpoints ${anchor} cannot be read: ${messageOf(error)}; name the folder of hub.audit.anchor, or a copy of it`, { cause: error });
  }
}
