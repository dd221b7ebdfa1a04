import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@fleetmend/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareRepository, openBareRepository } from './bare-repository.ts';
import { createGit } from './program.ts';
import { readCommitSignature, signCommit } from './signed-commit.ts';
import { readPublicKey, sshSigner } from './ssh-signature.ts';

const dir = mkdtempSync(join(tmpdir(), 'fleetmend-signed-'));
const signer = sshSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const HAS_SSH_KEYGEN = spawnSync('ssh-keygen', ['-?']).error === undefined;
if (!HAS_SSH_KEYGEN) console.warn('SKIPPED: git and OpenSSH do not judge our signatures here, for there is no ssh-keygen');

let repository: BareRepository;
beforeAll(async () => {
  repository = await openBareRepository({ path: join(dir, 'r.git'), git: createGit(), clock: new VirtualClock() });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const commit = (by = signer) => repository.createCommit({ parent: undefined, files: new Map([['a', 'b\n']]), message: 'raise\n\nFleetmend-Plan: sha256:ü\n', author: { name: 'F', email: 'f@x' }, at: 0, signer: by });

/** `git verify-commit` with ssh-keygen; answers what it says and whether it is content. */
function gitVerify(sha: string, publicKey: string): { readonly good: boolean; readonly said: string } {
  const signers = join(dir, 'allowed');
  writeFileSync(signers, `f@x namespaces="git" ${publicKey}\n`);
  const done = spawnSync('git', ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${signers}`, '--git-dir', repository.path, 'verify-commit', sha], { encoding: 'utf8' });
  return { good: done.status === 0, said: done.stderr };
}

describe('a signed commit', () => {
  it('names its key and holds; made again it is the same commit', async () => {
    const sha = await commit();
    expect(readCommitSignature(await repository.commitObject(sha))).toEqual({ kind: 'ssh', publicKey: signer.publicKey, holds: true });
    expect(await commit()).toBe(sha);
    expect((await repository.log({ from: sha, limit: 1 }))[0]?.message).toBe('raise\n\nFleetmend-Plan: sha256:ü');
  });

  it.each([
    ['the message', 'raise', 'lower'],
    ['the author', 'author F', 'author G'],
    ['the tree', 'tree ', 'tree 0'],
  ])('does not hold once %s was changed', async (_, from, to) => {
    const object = await repository.commitObject(await commit());
    const changed = Buffer.from(object.toString('latin1').replace(from, to), 'latin1');
    expect(readCommitSignature(changed)).toMatchObject({ kind: 'ssh', holds: false });
  });

  it('whose signature was cut short, or is of another kind, is not taken for one', async () => {
    const object = (await repository.commitObject(await commit())).toString('latin1');
    const lines = object.split('\n');
    const cut = lines.filter((line) => !/^ [A-Za-z0-9+/=]{70}$/.test(line)).join('\n');
    expect(readCommitSignature(Buffer.from(cut, 'latin1'))).toEqual({ kind: 'other' });
    expect(readCommitSignature(Buffer.from(object.replaceAll('SSH SIGNATURE', 'PGP SIGNATURE'), 'latin1'))).toEqual({ kind: 'other' });
  });

  it('made for another purpose does not pass for one made for Git', async () => {
    const object = await repository.commitObject(await repository.createCommit({ parent: undefined, files: new Map(), message: 'm', author: { name: 'F', email: 'f@x' }, at: 0 }));
    const forFiles = { ...signer, sign: (payload: Uint8Array) => signer.sign(payload, 'file') };
    expect(readCommitSignature(object)).toEqual({ kind: 'none' });
    expect(readCommitSignature(signCommit(object, forFiles))).toEqual({ kind: 'other' });
  });

  it('of a message that looks like a signature has none', async () => {
    const object = Buffer.from('tree 1\nauthor a\ncommitter a\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n');
    expect(readCommitSignature(object)).toEqual({ kind: 'none' });
  });
});

describe.skipIf(!HAS_SSH_KEYGEN)('git with OpenSSH', () => {
  it('finds our signature good, and bad under another key', async () => {
    const sha = await commit();
    expect(gitVerify(sha, signer.publicKey)).toMatchObject({ good: true, said: expect.stringContaining('Good "git" signature for f@x with ED25519 key') });
    const other = sshSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    expect(gitVerify(sha, other.publicKey).good).toBe(false);
  });

  it('makes keys and signatures that we read', async () => {
    const key = join(dir, 'key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'hub', '-f', key]);
    const theirs = sshSigner(readFileSync(key, 'utf8'));
    expect(theirs.publicKey).toBe(readPublicKey(readFileSync(`${key}.pub`, 'utf8')));
    expect(gitVerify(await commit(theirs), theirs.publicKey).good).toBe(true);
    const tree = await repository.treeId(await commit());
    const env = { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@x' };
    const made = spawnSync('git', ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`, '--git-dir', repository.path, 'commit-tree', '-S', '-m', 'theirs', tree], { encoding: 'utf8', env });
    expect(readCommitSignature(await repository.commitObject(made.stdout.trim()))).toEqual({ kind: 'ssh', publicKey: theirs.publicKey, holds: true });
  });

  it('with a passphrase, or of another type, is refused without showing anything of it', () => {
    const key = join(dir, 'locked');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', key]);
    const pem = readFileSync(key, 'utf8');
    expect(() => sshSigner(pem)).toThrow(/no passphrase/);
    for (const bad of [pem, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'nonsense '.repeat(10)]) {
      expect(() => sshSigner(bad)).toThrow(expect.objectContaining({ reason: 'BadSigningKey', message: expect.not.stringContaining(bad.slice(30, 60)) }));
    }
  });
});

describe('a public key', () => {
  it.each([
    ['ssh-ed25519 '.concat('A'.repeat(68), ' hub@fleet'), true],
    ['hub namespaces="git" ssh-ed25519 '.concat('A'.repeat(68)), true],
    ['ssh-rsa AAAA', false],
    ['', false],
  ])('is read from %j: %s', (line, found) => {
    expect(readPublicKey(line) !== undefined).toBe(found);
  });
});
