import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BareRepository, openBareRepository } from './bare-repository.ts';
import { createGit } from './program.ts';
import { pushSignedCommit } from './push-commit.ts';
import { readCommitSignature } from './signed-commit.ts';
import { sshSigner } from './ssh-signature.ts';

const signer = sshSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
let dir: string;
let server: BareRepository;
let parent: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-push-'));
  server = await openBareRepository({ path: join(dir, 'server.git'), git: createGit(), clock: new VirtualClock() });
  await server.commit({ branch: 'main', files: new Map([['a', '1\n'], ['b', '1\n']]), message: 'one' });
  parent = await server.commit({ branch: 'main', files: new Map([['a', '2\n']]), message: 'two' });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const push = (text = '3\n') =>
  pushSignedCommit({ git: createGit(), dir: join(dir, 'ours.git'), remote: { url: `file://${server.path}` }, branch: 'fleetmend/x', parent, files: new Map([['a', text]]), message: 'raise', author: { name: 'F', email: 'f@x' }, at: 0, signer });

describe('a signed commit that is pushed', () => {
  it('arrives on a new branch with our signature, on top of its parent', async () => {
    const sha = await push();
    expect(await server.findHead('fleetmend/x')).toBe(sha);
    expect((await server.log({ from: sha ?? '', limit: 1 }))[0]).toMatchObject({ parents: [parent], message: 'raise' });
    expect(await server.files(sha ?? '', '')).toEqual(new Map([['a', '3\n'], ['b', '1\n']]));
    expect(readCommitSignature(await server.commitObject(sha ?? ''))).toEqual({ kind: 'ssh', publicKey: signer.publicKey, holds: true });
  });

  it('moves no branch that exists, whatever it holds', async () => {
    const theirs = await server.commit({ branch: 'fleetmend/x', files: new Map([['a', '9\n']]), message: 'theirs' });
    expect(await push()).toBeUndefined();
    server.moveBranch({ branch: 'fleetmend/x', from: theirs, to: parent });
    expect(await push()).toBeUndefined();
    expect(await server.findHead('fleetmend/x')).toBe(parent);
  });

  it('goes on from what an earlier push left here', async () => {
    const first = await push();
    server.moveBranch({ branch: 'fleetmend/x', from: first, to: undefined });
    const second = await push('4\n');
    expect(second).not.toBe(first);
    expect(await push('4\n')).toBe(second);
  });
});
