import { type SshSignature, type SshSigner, readSshSignature } from './ssh-signature.ts';

/** What Git signs for; a signature made for anything else is none. */
const NAMESPACE = 'git';
const HEADER = 'gpgsig ';

/** The bytes of a commit object with a signature as its last header. */
export function signCommit(object: Buffer, signer: SshSigner): Buffer {
  const headersEnd = object.indexOf('\n\n') + 1;
  const signature = signer.sign(object, NAMESPACE).split('\n').join('\n ');
  return Buffer.concat([object.subarray(0, headersEnd), Buffer.from(`${HEADER}${signature}\n`), object.subarray(headersEnd)]);
}

/** `none`: no signature; `other`: one that is not SSH with Ed25519 (OpenPGP and X.509 are the forge's own affair). */
export type CommitSignature = { readonly kind: 'none' } | { readonly kind: 'other' } | ({ readonly kind: 'ssh' } & SshSignature);

/** What the commit object says of itself, held against its own bytes. */
export function readCommitSignature(object: Buffer): CommitSignature {
  const headersEnd = object.indexOf('\n\n') + 1;
  const headers = object.subarray(0, headersEnd).toString('latin1');
  const start = headers.startsWith(HEADER) ? 0 : headers.indexOf(`\n${HEADER}`) + 1;
  if (start === 0) return { kind: 'none' };
  let end = headers.indexOf('\n', start) + 1;
  while (headers[end] === ' ') end = headers.indexOf('\n', end) + 1;
  const armoured = headers.slice(start + HEADER.length, end - 1).replaceAll('\n ', '\n');
  const payload = Buffer.concat([object.subarray(0, start), object.subarray(end)]);
  const signature = readSshSignature({ armoured, payload, namespace: NAMESPACE });
  return signature ? { kind: 'ssh', ...signature } : { kind: 'other' };
}
