import { constants, createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PermanentError, messageOf, parse } from '@fleetmend/kernel';
import { z } from 'zod';

/*
 * The signature of a bundle as `opa sign` makes it: one JSON Web Token whose payload names every file with its hash. Source: OPA's
 * documentation, page "Bundles", sections "Signing", "Signature Format" and "Signature Verification".
 */

export const SIGNATURES = '.signatures.json';
const NEXT = 'sign it in its own folder: `opa sign --signing-key KEY.pem --signing-alg ES256 --bundle .`';

const Signatures = z.object({ signatures: z.array(z.string()).length(1, 'it has to hold exactly one signature') });
const Header = z.object({ alg: z.string() });
const Payload = z.object({ files: z.array(z.object({ name: z.string(), hash: z.string(), algorithm: z.string() })), scope: z.string().optional() });

/** What a signature has to be made with. */
export interface TrustedKey {
  readonly key: KeyObject;
  /** `opa sign` puts it in with `--claims-file`; what was signed for another purpose does not count. */
  readonly scope: string | undefined;
}

/** @throws PermanentError `BadBundleKey`. */
export function readTrustedKey(file: string, scope: string | undefined): TrustedKey {
  try {
    const key = createPublicKey(readFileSync(file, 'utf8'));
    if (algorithmsOf(key).length > 0) return { key, scope };
  } catch (error) {
    throw new PermanentError('BadBundleKey', `the public key ${file} for policy bundles cannot be read: ${messageOf(error)}; name a PEM file with a public key`, { cause: error });
  }
  throw new PermanentError('BadBundleKey', `the public key ${file} for policy bundles is of a kind that \`opa sign\` does not use: make an RSA key, or an ECDSA key on P-256, P-384 or P-521`);
}

/**
 * Proves that each of these files is as whoever has the key signed it. Files that are signed and not here may be missing: they do not judge.
 * @throws Error saying what is wrong and what to do.
 */
export function checkSignature(files: ReadonlyMap<string, Uint8Array>, { key, scope }: TrustedKey): void {
  const signatures = files.get(SIGNATURES);
  if (signatures === undefined) throw new Error(`it is not signed: ${NEXT}`);
  const [token = ''] = parse(Signatures, JSON.parse(textOf(signatures)), SIGNATURES).signatures;
  const { files: signed, scope: given } = payloadOf(token, key);
  if (given !== scope) throw new Error(`it was signed for ${given === undefined ? 'no scope' : `the scope ${given}`}, and ${scope === undefined ? 'none' : scope} is configured`);
  const hashes = new Map(signed.map((file) => [file.name.replace(/^\/+/, ''), file]));
  for (const [name, bytes] of files) {
    if (name === SIGNATURES) continue;
    const entry = hashes.get(name);
    if (entry === undefined) throw new Error(`${name} is not covered by its signature, which names ${[...hashes.keys()].join(', ') || 'nothing'}: ${NEXT}`);
    if (entry.algorithm !== 'SHA-256') throw new Error(`its signature hashes ${name} with ${entry.algorithm}, and only SHA-256 counts`);
    if (hashOf(name, bytes) !== entry.hash.toLowerCase()) throw new Error(`${name} is not the file that was signed`);
  }
}

function payloadOf(token: string, key: KeyObject): z.infer<typeof Payload> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const { alg } = parse(Header, decode(header), 'the header of its signature');
  const used = algorithmsOf(key).find(({ name }) => name === alg);
  if (used === undefined || more.length > 0) throw new Error(`its signature is of kind ${alg}, and the configured key makes ${algorithmsOf(key).map(({ name }) => name).join(', ')}`);
  const { padding, hash } = used;
  if (!verify(hash, Buffer.from(`${header}.${payload}`), { key, ...padding }, Buffer.from(signature, 'base64url'))) throw new Error('its signature was made with another key than the one that is configured, or was changed');
  return parse(Payload, decode(payload), 'the payload of its signature');
}

/** What a key signs with. The token only chooses among them: a public key is never taken for the secret of an HMAC. */
function algorithmsOf(key: KeyObject): readonly { readonly name: string; readonly hash: string; readonly padding: object }[] {
  const bits = { prime256v1: 256, secp384r1: 384, secp521r1: 512 }[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (bits !== undefined) return [{ name: `ES${bits}`, hash: `sha${bits}`, padding: { dsaEncoding: 'ieee-p1363' } }];
  if (key.asymmetricKeyType !== 'rsa') return [];
  return [256, 384, 512].flatMap((size) => [
    { name: `RS${size}`, hash: `sha${size}`, padding: { padding: constants.RSA_PKCS1_PADDING } },
    { name: `PS${size}`, hash: `sha${size}`, padding: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } },
  ]);
}

/** Documents are hashed by what they say, so that white space and the order of keys do not matter; everything else by its bytes. */
function hashOf(name: string, bytes: Uint8Array): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const content = base === 'data.json' || base === '.manifest' ? canonical(JSON.parse(textOf(bytes), keepNumber)) : bytes;
  return createHash('sha256').update(content).digest('hex');
}

/** A number as it was written: `1.0` and `1` are hashed as two. */
class Literal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function keepNumber(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? new Literal(context?.source ?? String(value)) : value;
}

/** As OPA writes it: keys in the order of their bytes, no white space, and Go's way with strings. */
function canonical(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replace(/[\u2028\u2029]/g, (mark) => (mark === '\u2028' ? '\\u2028' : '\\u2029'));
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, item]) => `${canonical(key)}:${canonical(item)}`).join(',')}}`;
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
