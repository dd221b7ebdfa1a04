// tsyringe, under @peculiar/x509, refuses to load without it.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import type { Clock } from '@fleetmend/kernel';
import {
  BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator,
} from '@peculiar/x509';
import type { Store } from '../store/store.ts';

/** What the HTTP face proves itself with, and what it asks of its clients. */
export interface Identity {
  /** PEM of the sandbox's own certificate authority. */
  readonly certificateAuthority: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** The administrator's bearer token. */
  readonly token: string;
}

const SETTING = 'identity';
const YEARS = 10;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The identity kept in the store, made on first use: a kubeconfig stays good over restarts. */
export async function identityOf(store: Store, clock: Clock): Promise<Identity> {
  const kept = store.setting(SETTING);
  if (kept !== undefined) return JSON.parse(kept) as Identity;
  const made = await makeIdentity(clock);
  store.keepSetting(SETTING, JSON.stringify(made));
  return made;
}

async function makeIdentity(clock: Clock): Promise<Identity> {
  const notBefore = new Date(clock.now() - 86_400_000);
  const notAfter = new Date(notBefore.getTime() + YEARS * 365 * 86_400_000);
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomBytes(8).toString('hex'), name: 'CN=fleetmend-sandbox-ca', notBefore, notAfter, signingAlgorithm: ALGORITHM, keys: authorityKeys,
      extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)],
    },
  );
  const serverKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const server = await X509CertificateGenerator.create(
    {
      serialNumber: randomBytes(8).toString('hex'), subject: 'CN=fleetmend-sandbox', issuer: authority.subject, notBefore, notAfter, signingAlgorithm: ALGORITHM, publicKey: serverKeys.publicKey, signingKey: authorityKeys.privateKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }, { type: 'ip', value: '::1' }]),
      ],
    },
  );
  const privateKey = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey), 'PRIVATE KEY');
  return { certificateAuthority: `${authority.toString('pem')}\n`, certificate: `${server.toString('pem')}\n`, privateKey: `${privateKey}\n`, token: randomBytes(24).toString('base64url') };
}
