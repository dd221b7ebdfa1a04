// The certificate library resolves its parts through decorators' metadata.
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, type webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAYS = 30;

interface Subject {
  /** File name without `.crt` and `.key`. */
  readonly name: string;
  readonly subject: x509.JsonName;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
}

/** The address of the lab's node, on a bridge that exists only in the lab's network namespace. */
export const NODE_ADDRESS = '10.88.0.1';
export const NODE_NAME = 'lab1';

const SUBJECTS: readonly Subject[] = [
  {
    name: 'apiserver',
    subject: [{ CN: ['kube-apiserver'] }],
    dns: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ip: ['127.0.0.1', '10.96.0.1', NODE_ADDRESS],
  },
  { name: 'admin', subject: [{ O: ['system:masters'] }, { CN: ['admin'] }] },
  { name: 'controller-manager', subject: [{ CN: ['system:kube-controller-manager'] }] },
  { name: 'scheduler', subject: [{ CN: ['system:kube-scheduler'] }] },
  // A kubelet must be of this group and this name for the Node authorizer to know it.
  { name: 'kubelet', subject: [{ O: ['system:nodes'] }, { CN: [`system:node:${NODE_NAME}`] }], dns: [NODE_NAME], ip: ['127.0.0.1', NODE_ADDRESS] },
  { name: 'kubelet-client', subject: [{ O: ['system:masters'] }, { CN: ['apiserver-kubelet-client'] }] },
  { name: 'front-proxy', subject: [{ CN: ['front-proxy-client'] }] },
];

const pemKey = async (key: webcrypto.CryptoKey): Promise<string> => {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString();
};

const write = (folder: string, name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });

/** A kubeconfig of one cluster, one user, one context, all by file path. */
export const renderKubeconfig = (options: { readonly folder: string; readonly user: string; readonly server: string; readonly namespace?: string }): string => `apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster: {server: "${options.server}", certificate-authority: ${join(options.folder, 'ca.crt')}}
users:
- name: ${options.user}
  user: {client-certificate: ${join(options.folder, `${options.user}.crt`)}, client-key: ${join(options.folder, `${options.user}.key`)}}
contexts:
- name: lab
  context: {cluster: lab, user: ${options.user}, namespace: ${options.namespace ?? 'default'}}
current-context: lab
`;

/** Makes the lab's authority, every certificate, the service-account keys and the kubeconfigs. Valid for 30 days. */
export const makeCertificates = async (folder: string, server: string): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const notBefore = new Date(Date.now() - 60_000);
  const notAfter = new Date(Date.now() + DAYS * 86_400_000);
  const authority = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['fleetmend-lab'] }],
    keys: authority,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  write(folder, 'ca.crt', `${ca.toString('pem')}\n`);
  write(folder, 'ca.key', await pemKey(authority.privateKey));
  for (const { name, subject, dns = [], ip = [] } of SUBJECTS) {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const names = [...dns.map((value) => ({ type: 'dns' as const, value })), ...ip.map((value) => ({ type: 'ip' as const, value }))];
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore,
      notAfter,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    write(folder, `${name}.crt`, `${certificate.toString('pem')}\n`);
    write(folder, `${name}.key`, await pemKey(keys.privateKey));
    write(folder, `${name}.kubeconfig`, renderKubeconfig({ folder, user: name, server }));
  }
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  write(folder, 'service-accounts.key', accounts.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  write(folder, 'service-accounts.pub', accounts.publicKey.export({ format: 'pem', type: 'spki' }).toString());
};
