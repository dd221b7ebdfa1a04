import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { SignedStatement } from '@fleetmend/model';
import type { Envelope } from './envelope.ts';
import { readEnvelope } from './verify-audit.ts';

/** The records of a trail in their order. Whether nobody changed them is `verifyAudit`'s question. */
export async function* readTrail(file: string): AsyncGenerator<Envelope> {
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    const envelope = readEnvelope(text);
    if (envelope !== undefined) yield envelope;
  }
}

/** The newest statement that was made for this commit; undefined: the trail holds none. */
export async function findAttestation(file: string, commit: string): Promise<SignedStatement | undefined> {
  let found: SignedStatement | undefined;
  for await (const { data } of readTrail(file)) {
    if (data['commit'] !== commit) continue;
    const read = SignedStatement.safeParse(data['attestation']);
    if (read.success) found = read.data;
  }
  return found;
}
