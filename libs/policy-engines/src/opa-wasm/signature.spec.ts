import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHIPPED, writeBundle } from './bundle-fixture.ts';
import { readBundle } from './bundle.ts';
import { OpaWasmConfig, startOpaWasm } from './opa-wasm.ts';
import { readTrustedKey } from './signature.ts';

/** Signed by `opa sign` 1.22.2 with ES256, over data that two encoders of JSON could write differently. */
const RECORDED = join(import.meta.dirname, 'recordings', 'signed-bundle');
const RECORDED_KEY = `${RECORDED}.pub`;

let dir: string;
let bundle: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-signed-bundle-'));
  bundle = join(dir, 'bundle');
  cpSync(RECORDED, bundle, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const read = (path: string, key = RECORDED_KEY, scope?: string) => readBundle({ path, trusted: readTrustedKey(key, scope) });
const publish = (key: KeyObject, name = 'key.pub'): string => {
  writeFileSync(join(dir, name), key.export({ type: 'spki', format: 'pem' }));
  return join(dir, name);
};
const edit = (file: string, change: (text: string) => string): string => {
  writeFileSync(join(bundle, file), change(readFileSync(join(bundle, file), 'utf8')));
  return bundle;
};

interface Token {
  readonly alg: string;
  readonly by: (data: string) => Buffer;
  readonly payload?: object;
}
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const files = () => ['.manifest', 'data.json', 'policy.wasm'].map((name) => ({ name, algorithm: 'SHA-256', hash: hashes()[name] ?? '' }));
const hashes = (): Readonly<Record<string, string>> =>
  Object.fromEntries((JSON.parse(Buffer.from((readFileSync(join(RECORDED, '.signatures.json'), 'utf8').split('.')[1] ?? ''), 'base64url').toString()) as { files: { name: string; hash: string }[] }).files.map(({ name, hash }) => [name, hash]));
/** Signs the recorded bundle again, in whatever way. */
function resign({ alg, by, payload = { files: files() } }: Token): string {
  const data = `${part({ alg, typ: 'JWT' })}.${part(payload)}`;
  writeFileSync(join(bundle, '.signatures.json'), JSON.stringify({ signatures: [`${data}.${by(data).toString('base64url')}`] }));
  return bundle;
}
const ec = (curve = 'P-256') => generateKeyPairSync('ec', { namedCurve: curve });
const es = (key: KeyObject, hash = 'sha256') => (data: string) => sign(hash, Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' });

describe('a signed bundle', () => {
  it('that opa signed is accepted under its key, as a folder and as an archive', () => {
    expect(read(RECORDED).info.revision).toBe('recorded');
    execFileSync('tar', ['-czf', join(dir, 'bundle.tar.gz'), '-C', RECORDED, '.manifest', 'data.json', 'policy.wasm', '.signatures.json']);
    expect(read(join(dir, 'bundle.tar.gz')).info).toEqual(read(RECORDED).info);
  });

  it('may have its documents written differently, for what they say was signed', () => {
    expect(read(edit('data.json', (text) => text.replaceAll(' {', '\n{'))).info).toEqual(read(RECORDED).info);
  });

  it.each([
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), (key: KeyObject) => (data: string) => sign('sha256', Buffer.from(data), key)],
    ['ES384', () => ec('P-384'), (key: KeyObject) => es(key, 'sha384')],
  ] as const)('is accepted with %s', (alg, make, by) => {
    const { publicKey, privateKey } = make();
    expect(read(resign({ alg, by: by(privateKey) }), publish(publicKey)).info.revision).toBe('recorded');
  });

  it('counts for the scope that it was signed for', () => {
    const { publicKey, privateKey } = ec();
    const key = publish(publicKey);
    resign({ alg: 'ES256', by: es(privateKey), payload: { files: files(), scope: 'prod' } });
    expect(read(bundle, key, 'prod').info.revision).toBe('recorded');
    expect(() => read(bundle, key)).toThrow(/signed for the scope prod, and none is configured/);
    expect(() => read(bundle, key, 'test')).toThrow(/signed for the scope prod, and test is configured/);
    expect(() => read(RECORDED, RECORDED_KEY, 'prod')).toThrow(/signed for no scope/);
  });
});

describe('is refused, with what and the next step', () => {
  const other = ec();
  const refused: Readonly<Record<string, { readonly make: () => string; readonly says: RegExp; readonly key?: () => string }>> = {
    'a bundle that nobody signed': { make: () => writeBundle(join(dir, 'unsigned'), { answer: { results: [] } }), says: /it is not signed: sign it in its own folder: `opa sign/ },
    'a signature by another key': { make: () => bundle, key: () => publish(other.publicKey), says: /made with another key than the one that is configured, or was changed/ },
    'a key of another kind': { make: () => bundle, key: () => publish(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey), says: /of kind ES256, and the configured key makes RS256/ },
    'data that was changed': { make: () => edit('data.json', (text) => text.replace('"files": 3', '"files": 4')), says: /data\.json is not the file that was signed/ },
    'a number that was written differently': { make: () => edit('data.json', (text) => text.replace('20.0', '20')), says: /data\.json is not the file/ },
    'wasm that was changed': { make: () => edit('policy.wasm', (text) => `${text} `), says: /policy\.wasm is not the file/ },
    'a manifest that was changed': { make: () => edit('.manifest', (text) => text.replace('recorded', 'newer')), says: /\.manifest is not the file/ },
    'a payload that was changed': { make: () => edit('.signatures.json', (text) => text.replace(/\.[^."]+\./, `.${part({ files: [] })}.`)), says: /another key .* or was changed/ },
    'a file more': { make: () => withMore(), says: /more\.rego is not covered by its signature, which names \.manifest, data\.json, policy\.wasm: sign it/ },
    'a file that the signature leaves out': { make: () => resign({ alg: 'ES256', by: es(other.privateKey), payload: { files: files().slice(0, 2) } }), key: () => publish(other.publicKey), says: /policy\.wasm is not covered/ },
    'a folder around the names': { make: () => resign({ alg: 'ES256', by: es(other.privateKey), payload: { files: files().map((file) => ({ ...file, name: `bundle/${file.name}` })) } }), key: () => publish(other.publicKey), says: /is not covered by its signature, which names bundle\/\.manifest/ },
    'another hash than SHA-256': { make: () => resign({ alg: 'ES256', by: es(other.privateKey), payload: { files: files().map((file) => ({ ...file, algorithm: 'MD5' })) } }), key: () => publish(other.publicKey), says: /with MD5, and only SHA-256 counts/ },
    'two signatures': { make: () => edit('.signatures.json', (text) => JSON.stringify({ signatures: Array(2).fill((JSON.parse(text) as { signatures: string[] }).signatures[0]) })), says: /exactly one signature/ },
    'no signature at all': { make: () => resign({ alg: 'none', by: () => Buffer.alloc(0) }), says: /of kind none/ },
    'the public key taken for a secret': { make: () => resign({ alg: 'HS256', by: (data) => createHmac('sha256', readFileSync(RECORDED_KEY)).update(data).digest() }), says: /of kind HS256, and the configured key makes ES256/ },
  };
  it.each(Object.entries(refused))('%s', (_, { make, says, key = () => RECORDED_KEY }) => {
    const path = make();
    expect(() => read(path, key())).toThrow(expect.objectContaining({ name: 'PermanentError', reason: 'BundleUnusable', message: expect.stringMatching(says) }));
  });

  it.each([
    ['that is not there', () => join(dir, 'absent.pub')],
    ['that is none', () => edit('data.json', String) && join(bundle, 'data.json')],
    ['that opa does not sign with', () => publish(generateKeyPairSync('ed25519').publicKey)],
  ])('a public key %s', (_, make) => {
    expect(() => readTrustedKey(make(), undefined)).toThrow(expect.objectContaining({ reason: 'BadBundleKey' }));
  });
});

it('the engine keeps the last good bundle when a new one is not signed, and takes none from a rollout', async () => {
  const engine = await startOpaWasm(OpaWasmConfig.parse({ bundle, publicKey: RECORDED_KEY, limitMs: 20_000 }), { log: { info: () => {}, warn: () => {} } });
  const before = engine.active();
  edit('data.json', (text) => text.replace('"files": 3', '"files": 9'));
  await expect(engine.reload()).rejects.toMatchObject({ reason: 'BundleUnusable', message: expect.stringContaining('is not the file that was signed') });
  expect(engine.active()).toEqual(before);
  await expect(engine.hold({ path: SHIPPED, digest: readBundle({ path: SHIPPED }).info.digest })).rejects.toMatchObject({ message: expect.stringContaining('it is not signed') });
  expect(engine.held()).toEqual([before]);
  await expect(startOpaWasm(OpaWasmConfig.parse({ bundle: SHIPPED, publicKey: RECORDED_KEY }), { log: { info: () => {}, warn: () => {} } })).rejects.toMatchObject({ reason: 'BundleUnusable' });
  await engine.close();
});

it('without a key, a signature is not looked at', () => {
  const { digest } = readBundle({ path: bundle }).info;
  expect(readBundle({ path: edit('.signatures.json', () => 'nonsense') }).info.digest).toBe(digest);
});

function withMore(): string {
  writeFileSync(join(bundle, 'more.rego'), 'package more\n');
  const archive = join(dir, 'more.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', bundle, '.manifest', 'data.json', 'policy.wasm', '.signatures.json', 'more.rego']);
  return archive;
}
