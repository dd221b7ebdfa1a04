import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createAttestor } from '@fleetmend/audit';
import type { StateLayout } from './state-layout.ts';

/** The local fleet's own key, made when it starts first; answers the file of its private half. */
export function keptAttestationKey({ key, publicKey }: StateLayout['attestation']): string {
  if (!existsSync(key)) writeFileSync(key, generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey, { mode: 0o600 });
  writeFileSync(publicKey, createAttestor(readFileSync(key, 'utf8')).publicKey);
  return key;
}
