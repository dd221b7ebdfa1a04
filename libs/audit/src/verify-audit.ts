import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { EMPTY_CHAIN, Envelope, hashOf, type ChainEnd } from './envelope.ts';

export type AuditProof =
  | { readonly intact: true; readonly records: number; readonly end: ChainEnd }
  /** `line` counts from 1. Everything before it is proved. */
  | { readonly intact: false; readonly line: number; readonly problem: string };

/** Reads the whole trail and checks every hash and every link. A last line that was cut off in the middle is a problem too. */
export async function verifyAudit(file: string): Promise<AuditProof> {
  let end: ChainEnd = EMPTY_CHAIN;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    const problem = problemOf(text, end);
    if (problem !== undefined) return { intact: false, line, problem };
    const { sequence, hash } = Envelope.parse(JSON.parse(text));
    end = { sequence, hash };
  }
  return { intact: true, records: line, end };
}

/** What is wrong with a line that should follow `end`; undefined: nothing. */
export function problemOf(text: string, end: ChainEnd): string | undefined {
  const envelope = readEnvelope(text);
  if (!envelope) return 'this is not a record; the file was cut off or edited';
  const { hash, ...body } = envelope;
  if (hashOf(body) !== hash) return `the content of record ${body.sequence} was changed: its hash does not match`;
  if (body.previous !== end.hash) return `record ${body.sequence} does not follow the one before: a record was removed, added or moved`;
  if (body.sequence !== end.sequence + 1) return `record ${body.sequence} stands where ${end.sequence + 1} should be`;
  return undefined;
}

export function readEnvelope(text: string): Envelope | undefined {
  try {
    return Envelope.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
