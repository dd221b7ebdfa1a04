import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson, PermanentError } from '@fleetmend/kernel';
import { z } from 'zod';
import type { ChainEnd } from './envelope.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Where a chain stood at one moment, signed. Each hash of the chain holds all before it, so that one of them stands for the whole. */
export const Checkpoint = z.strictObject({
  writer: z.string().min(1),
  sequence: z.int().min(1),
  /** Hash of the record of that sequence. */
  hash: digest,
  time: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

export const SignedCheckpoint = z.strictObject({ checkpoint: Checkpoint, signature: z.base64(), key: digest });
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

export interface CheckpointSigner {
  readonly key: string;
  sign(checkpoint: { readonly writer: string; readonly end: ChainEnd; readonly time: string }): SignedCheckpoint;
}

const HELP = 'make one with `openssl genpkey -algorithm ed25519 -out checkpoints.pem`, and its public half with `openssl pkey -in checkpoints.pem -pubout`';

/** @throws PermanentError `BadCheckpointKey`; nothing of the key is in the message. */
export function checkpointSigner(privateKey: string): CheckpointSigner {
  const secret = readKey(() => createPrivateKey(privateKey));
  const key = digestOfKey(createPublicKey(secret));
  return {
    key,
    sign({ writer, end, time }) {
      const checkpoint: Checkpoint = { writer, sequence: end.sequence, hash: end.hash, time };
      return { checkpoint, signature: sign(null, Buffer.from(canonicalJson(checkpoint)), secret).toString('base64'), key };
    },
  };
}

/** What is wrong with a line of an anchor; otherwise the checkpoint. @throws PermanentError `BadCheckpointKey`. */
export function readCheckpoint(line: string, publicKey: string): Checkpoint | string {
  const key = readKey(() => createPublicKey(publicKey));
  const read = SignedCheckpoint.safeParse(parseJson(line));
  if (!read.success) return 'it is no checkpoint';
  const { checkpoint, signature } = read.data;
  return verify(null, Buffer.from(canonicalJson(checkpoint)), key, Buffer.from(signature, 'base64')) ? checkpoint : `its signature is not one of key ${digestOfKey(key)}`;
}

function readKey(read: () => KeyObject): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What the parser says may quote the key.
  }
  throw new PermanentError('BadCheckpointKey', `the key of the checkpoints cannot be read: it has to be Ed25519, in PEM, without a passphrase; ${HELP}`);
}

function digestOfKey(key: KeyObject): string {
  return `sha256:${createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex')}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
