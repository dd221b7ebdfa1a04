import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson, PermanentError } from '@fleetmend/kernel';
import { PlanStatement, type SignedStatement } from '@fleetmend/model';
import type { Attest } from '@fleetmend/ports';

/*
 * Signatures over statements: ECDSA on P-256 over SHA-256, in DER and base64. That is what `cosign verify-blob --key` takes with a
 * public key in PEM, so that nobody has to trust this program to check them.
 */

export interface Attestor {
  /** SubjectPublicKeyInfo in PEM, for whoever verifies. */
  readonly publicKey: string;
  /** Digest of that key. */
  readonly key: string;
  readonly attest: Attest;
}

const CURVE = 'prime256v1';
const HELP = "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out attestation.pem`; it must be on P-256 and have no passphrase";

/**
 * @param privateKey PKCS#8 or SEC 1, in PEM, not encrypted.
 * @throws PermanentError `BadAttestationKey`; nothing of the key is in the message.
 */
export function createAttestor(privateKey: string): Attestor {
  const key = readKey(() => createPrivateKey(privateKey), `the attestation key cannot be read: ${HELP}`);
  const publicKey = createPublicKey(key);
  const digest = digestOfKey(publicKey);
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    key: digest,
    attest: (statement) => {
      const text = canonicalJson(PlanStatement.parse(statement));
      return { statement: text, signature: sign('sha256', Buffer.from(text), key).toString('base64'), key: digest };
    },
  };
}

/**
 * What was signed, if the signature holds under that key; a string says why it does not.
 * @throws PermanentError `BadAttestationKey` for a public key that is none.
 */
export function verifyStatement({ statement, signature }: SignedStatement, publicKey: string): PlanStatement | string {
  const key = readKey(() => createPublicKey(publicKey), 'the public key of the hub cannot be read: it has to be on P-256, in PEM, as `openssl pkey -in attestation.pem -pubout` prints it');
  if (!verify('sha256', Buffer.from(statement), key, Buffer.from(signature, 'base64'))) return `the signature is not one of key ${digestOfKey(key)} over this statement`;
  const read = PlanStatement.safeParse(JSON.parse(statement));
  return read.success ? read.data : 'it is signed, and says something else than what a hub of this version states';
}

function readKey(read: () => KeyObject, problem: string): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyDetails?.namedCurve === CURVE) return key;
  } catch {
    // What the parser says may quote the key.
  }
  throw new PermanentError('BadAttestationKey', problem);
}

function digestOfKey(key: KeyObject): string {
  return `sha256:${createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex')}`;
}
