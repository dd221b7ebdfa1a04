import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@fleetmend/ports';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BareRepository, openBareRepository } from './bare-repository.ts';
import { openMirrors } from './mirrors.ts';
import { createGit } from './program.ts';
import { repositoryReader } from './repository-access.ts';

const git = createGit();
let root: string;
let upstream: BareRepository;
let server: Server | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetmend-mirror-'));
  upstream = await openBareRepository({ path: join(root, 'upstream.git'), git, clock: new VirtualClock() });
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(root, { recursive: true, force: true });
});

const write = (text: string, branch = 'main'): Promise<string> => upstream.commit({ branch, files: new Map([['apps/web.yaml', text]]), message: text });
const open = (from = git): Promise<Repository> => openMirrors({ root: join(root, 'mirrors'), git: from }).open({ url: upstream.path }, 'acme/fleet');

describe('a mirror', () => {
  it('sees every push at the next look', async () => {
    const repository = await open();
    const first = await write('one');
    expect(await repository.head('main')).toBe(first);
    const second = await write('two');
    expect(await repository.head('main')).toBe(second);
    expect(await (await repository.tree(second)).read('apps/web.yaml')).toBe('two');
    expect(await (await repository.tree(first)).read('apps/web.yaml')).toBe('one');
    expect(await repository.treeId(second)).toBe(await upstream.treeId(second));
    expect(await (await repository.tree(first)).read('apps/none.yaml')).toBeUndefined();
    expect((await repository.log(second, 'apps/web.yaml', 1)).map(({ message }) => message)).toEqual(['two']);
    expect(await repositoryReader(repository).files(second, 'apps')).toEqual(new Map([['apps/web.yaml', 'two']]));
  });

  it('tells what the branch was like, one commit after the other: a merge is one, whenever its parts were made', async () => {
    const repository = await open();
    const start = await write('one');
    upstream.moveBranch({ branch: 'fix', from: undefined, to: start });
    const part = await upstream.commit({ branch: 'fix', files: new Map([['apps/other.yaml', 'x']]), message: 'part' });
    const base = await write('two');
    const merge = (await upstream.createMerge({ base, head: part, message: 'Merge pull request #1', author: { name: 'a', email: 'a@example.org' }, at: Date.UTC(2026, 0, 5), method: 'Merge' })) ?? '';
    upstream.moveBranch({ branch: 'main', from: base, to: merge });
    await repository.head('main');
    expect((await repository.log(merge, '', 9)).map(({ message }) => message)).toEqual(['Merge pull request #1', 'two', 'one']);
    expect((await repository.log(merge, 'apps/other.yaml', 9)).map(({ sha }) => sha)).toEqual([merge]);
  });

  it('answers many looks at once with the newest commit', async () => {
    const repository = await open();
    const first = await write('one');
    const early = repository.head('main');
    const second = await write('two');
    const late = await Promise.all([repository.head('main'), repository.head('main')]);
    expect([first, second]).toContain(await early);
    expect(late).toEqual([second, second]);
  });

  it('fetches a commit that it has not seen before it judges ancestors', async () => {
    const repository = await open();
    const first = await write('one');
    await repository.head('main');
    const second = await write('two');
    expect(await repository.isAncestor(first, second)).toBe(true);
    expect(await repository.isAncestor(second, first)).toBe(false);
    expect(await repository.isAncestor('f'.repeat(40), second)).toBe(false);
  });

  it('follows a force-push and forgets removed branches', async () => {
    const repository = await open();
    const first = await write('one');
    await write('side', 'side');
    await write('two');
    await repository.head('side');
    upstream.moveBranch({ branch: 'main', from: await upstream.head('main'), to: first });
    upstream.moveBranch({ branch: 'side', from: await upstream.head('side'), to: undefined });
    expect(await repository.head('main')).toBe(first);
    await expect(repository.head('side')).rejects.toMatchObject({ reason: 'BranchNotFound' });
  });

  it('is made anew when its files are damaged', async () => {
    const repository = await open();
    const head = await write('one');
    await repository.head('main');
    const [mirror = ''] = await readdir(join(root, 'mirrors'));
    await writeFile(join(root, 'mirrors', mirror, 'refs/heads/main.lock'), '');
    const next = await write('two');
    expect(await repository.head('main')).toBe(next);
    expect(await repository.isAncestor(head, next)).toBe(true);
  });

  it('names a repository that is not there', async () => {
    const repository = await openMirrors({ root: join(root, 'mirrors'), git }).open({ url: join(root, 'none.git') }, 'acme/none');
    await expect(repository.head('main')).rejects.toMatchObject({ reason: 'RepositoryNotFound' });
  });

  it('has no text for bytes that are not UTF-8, and no file for a link', async () => {
    const blob = git.runNow({ dir: upstream.path, args: ['hash-object', '-w', '--stdin'], input: new Uint8Array([0xff, 0xfe, 0]) }).stdout.toString().trim();
    const tree = git.runNow({ dir: upstream.path, args: ['mktree'], input: `100644 blob ${blob}\tbinary\n120000 blob ${blob}\tlink\n` }).stdout.toString().trim();
    const env = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x' };
    const sha = git.runNow({ dir: upstream.path, env, args: ['commit-tree', tree], input: 'odd' }).stdout.toString().trim();
    upstream.moveBranch({ branch: 'main', from: undefined, to: sha });
    const found = await (await open()).tree(sha);
    expect(await found.list('')).toEqual(['binary']);
    expect(await found.read('binary')).toBeUndefined();
    expect(await found.read('link')).toBeUndefined();
  });
});

describe('a mirror of a remote that wants a token', () => {
  it('sends the token as a header, keeps it out of arguments and messages, and says when it is refused', async () => {
    const seen: (string | undefined)[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/fleet.git`;
    const spy = join(root, 'git-spy');
    await writeFile(spy, `#!/bin/sh\necho "$@" >> '${root}/argv'\nexec git "$@"\n`);
    await chmod(spy, 0o755);
    const repository = await openMirrors({ root: join(root, 'mirrors'), git: createGit({ command: spy }) }).open({ url, authorization: 'Basic c2VjcmV0' }, 'acme/fleet');
    const refusal = await repository.head('main').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ reason: 'ForgeRefused' });
    expect(String(refusal)).not.toContain('c2VjcmV0');
    expect(seen[0]).toBe('Basic c2VjcmV0');
    expect(await readFile(join(root, 'argv'), 'utf8')).not.toContain('c2VjcmV0');
  });

  it.each(['ext', 'fd'])('never lets a remote run a program through the transport %s', async (transport) => {
    const url = `${transport}::sh -c touch% ${join(root, 'ran')}`;
    const repository = await openMirrors({ root: join(root, 'mirrors'), git }).open({ url }, 'acme/evil');
    await expect(repository.head('main')).rejects.toThrow(/transport '.*' not allowed/);
    expect(await readdir(root)).not.toContain('ran');
  });

  it('names the missing program', async () => {
    await expect((await open(createGit({ command: 'no-such-git' }))).head('main')).rejects.toMatchObject({ reason: 'GitMissing' });
  });
});
