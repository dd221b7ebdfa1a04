import { type KeyObject, createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { PermanentError } from '@fleetmend/kernel';

/*
 * Signatures in the format of OpenSSH ("PROTOCOL.sshsig" of its sources) over Ed25519 keys, as `git commit -S` with `gpg.format=ssh`
 * makes them and `git verify-commit` checks them. Ed25519 is deterministic: equal input gives an equal signature, so a commit that is
 * made again keeps its id.
 */

const MAGIC = 'SSHSIG';
const KEY_TYPE = 'ssh-ed25519';
const HASH = 'sha512';
const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';

export interface SshSigner {
  /** `ssh-ed25519 AAAA…`, as it stands in an allowed-signers file and as a forge wants to be given it. */
  readonly publicKey: string;
  /** The armoured signature over a payload. */
  sign(payload: Uint8Array, namespace: string): string;
}

/**
 * @param privateKey an unencrypted Ed25519 key, as `ssh-keygen -t ed25519 -N ''` writes it, or in PKCS#8 (PEM).
 * @throws PermanentError `BadSigningKey`; nothing of the key is in the message.
 */
export function sshSigner(privateKey: string): SshSigner {
  const key = readPrivateKey(privateKey);
  const wire = publicWire(createPublicKey(key));
  return {
    publicKey: `${KEY_TYPE} ${wire.toString('base64')}`,
    sign(payload, namespace) {
      const signature = Buffer.concat([text(KEY_TYPE), text(sign(null, signedData(payload, namespace), key))]);
      const blob = Buffer.concat([Buffer.from(MAGIC), number(1), text(wire), text(namespace), text(''), text(HASH), text(signature)]);
      const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
      return [BEGIN, ...lines, END].join('\n');
    },
  };
}

export interface SshSignature {
  /** `ssh-ed25519 AAAA…` of whoever signed. */
  readonly publicKey: string;
  /** Whether the signature holds over the payload. Whether its key is to be trusted is another question. */
  readonly holds: boolean;
}

/** Undefined: this is no SSH signature of an Ed25519 key for that namespace. */
export function readSshSignature({ armoured, payload, namespace }: { readonly armoured: string; readonly payload: Uint8Array; readonly namespace: string }): SshSignature | undefined {
  const body = /^-----BEGIN SSH SIGNATURE-----\n([\sA-Za-z0-9+/=]+)-----END SSH SIGNATURE-----\s*$/.exec(armoured)?.[1];
  if (body === undefined) return undefined;
  try {
    const read = reader(Buffer.from(body, 'base64'));
    if (read.bytes(MAGIC.length).toString() !== MAGIC || read.number() !== 1) return undefined;
    const wire = read.text();
    const [madeFor, , hash] = [read.text().toString(), read.text(), read.text().toString()];
    const signature = reader(read.text());
    if (madeFor !== namespace || hash !== HASH || signature.text().toString() !== KEY_TYPE) return undefined;
    const key = reader(wire);
    if (key.text().toString() !== KEY_TYPE) return undefined;
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.text().toString('base64url') }, format: 'jwk' });
    return { publicKey: `${KEY_TYPE} ${wire.toString('base64')}`, holds: verify(null, signedData(payload, namespace), publicKey, signature.text()) };
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined; // cut short, or no point of the curve
    throw error;
  }
}

/** Type and key of a line as ssh writes them, without the comment; options and principals before them are left out. Undefined: no such key. */
export function readPublicKey(line: string): string | undefined {
  return /(?:^|\s)(ssh-ed25519 [A-Za-z0-9+/]{68})(?:\s|$)/.exec(line)?.[1];
}

function signedData(payload: Uint8Array, namespace: string): Buffer {
  return Buffer.concat([Buffer.from(MAGIC), text(namespace), text(''), text(HASH), text(createHash(HASH).update(payload).digest())]);
}

function publicWire(key: KeyObject): Buffer {
  return Buffer.concat([text(KEY_TYPE), text(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'))]);
}

function readPrivateKey(pem: string): KeyObject {
  try {
    const key = pem.includes('BEGIN OPENSSH PRIVATE KEY') ? readOpenSshKey(pem) : createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What the parser says may quote the key.
  }
  throw new PermanentError('BadSigningKey', "the signing key cannot be read: make one with `ssh-keygen -t ed25519 -N '' -f fleetmend` and mount its private half; it must be Ed25519 and have no passphrase");
}

/** "PROTOCOL.key" of OpenSSH: of an unencrypted key, the private half stands behind two check numbers. */
function readOpenSshKey(pem: string): KeyObject {
  const read = reader(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
  if (read.bytes(15).toString() !== 'openssh-key-v1\0' || read.text().toString() !== 'none') throw new Error('encrypted');
  read.text();
  read.text();
  read.number();
  read.text();
  const secret = reader(read.text());
  if (secret.number() !== secret.number() || secret.text().toString() !== KEY_TYPE) throw new Error('other key');
  const x = secret.text();
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url'), d: secret.text().subarray(0, 32).toString('base64url') }, format: 'jwk' });
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** SSH's `string`: its length before it. */
function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

function reader(bytes: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readNumber = () => take(4).readUInt32BE();
  return { bytes: take, number: readNumber, text: () => take(readNumber()) };
}
