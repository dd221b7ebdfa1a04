import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@fleetmend/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BareRepository, openBareRepository } from './bare-repository.ts';
import { createGit, type GitCall } from './program.ts';

const git = createGit();
const clock = new VirtualClock();
const bot = { name: 'Fleetmend', email: 'fleetmend@fleet.local' };
let root: string;
let count = 0;
let repository: BareRepository;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetmend-git-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  count += 1;
  repository = await openBareRepository({ path: join(root, `${count}.git`), git, clock });
});

const files = (entries: Record<string, string | null>): ReadonlyMap<string, string | null> => new Map(Object.entries(entries));
const commit = (entries: Record<string, string | null>, branch = 'main', message = 'change'): Promise<string> => repository.commit({ branch, files: files(entries), message });

describe('a bare repository', () => {
  it('commits files, deletes them, and reads them back byte for byte', async () => {
    const odd = '\uFEFFa: "ü"\r\n# end';
    await commit({ 'apps/web.yaml': odd, 'apps/old.yaml': 'x', 'a "b"\\c.txt': 'y' });
    const head = await commit({ 'apps/old.yaml': null });
    expect(await repository.head('main')).toBe(head);
    expect(await repository.files(head, '')).toEqual(files({ 'a "b"\\c.txt': 'y', 'apps/web.yaml': odd }));
    expect([...(await repository.files(head, 'apps')).keys()]).toEqual(['apps/web.yaml']);
  });

  it('gives the same id for the same content, author and time', async () => {
    const same = { parent: undefined, files: files({ a: '1' }), message: 'x\n\ny', author: bot, at: clock.now() };
    expect(await repository.createCommit(same)).toBe(await repository.createCommit(same));
    expect(await repository.createCommit({ ...same, at: clock.now() + 1000 })).not.toBe(await repository.createCommit(same));
    expect((await repository.branches()).size).toBe(0);
  });

  it('tells who wrote what and when, newest first, and only what touched the path', async () => {
    const first = await repository.commit({ branch: 'main', files: files({ 'a.yaml': '1', 'a.yaml.bak': '1' }), message: 'one\n\nbody', author: bot });
    await commit({ 'a.yaml.bak': '2' });
    const third = await commit({ 'a.yaml': '3' });
    const log = await repository.log({ from: third, path: 'a.yaml', limit: 10 });
    expect(log.map(({ sha }) => sha)).toEqual([third, first]);
    expect(log[1]).toEqual({ sha: first, parents: [], author: 'Fleetmend <fleetmend@fleet.local>', message: 'one\n\nbody', at: clock.now() });
  });

  it('is not misled about the time by a name that holds the separator', async () => {
    const sha = await repository.createCommit({ parent: undefined, files: files({ a: '1' }), message: 'x', author: { name: 'eve\u001f1\u001fm', email: 'e@x.example' }, at: clock.now() });
    expect(await repository.log({ from: sha, limit: 1 })).toMatchObject([{ sha, at: clock.now() }]);
  });

  it('knows a branch however git keeps it: by itself, packed, or as another name', async () => {
    const head = await commit({ a: '1' });
    expect(await repository.findHead('main')).toBe(head);
    await git.run({ dir: repository.path, args: ['pack-refs', '--all'] });
    expect(await repository.findHead('main')).toBe(head);
    await git.run({ dir: repository.path, args: ['symbolic-ref', 'refs/heads/trunk', 'refs/heads/main'] });
    expect(await repository.findHead('trunk')).toBe(head);
    const next = await commit({ a: '2' });
    expect(await repository.findHead('main')).toBe(next);
    expect(await repository.findHead('gone')).toBeUndefined();
    expect(await repository.findHead('main/below')).toBeUndefined();
  });

  it('moves a branch only from where it was seen', async () => {
    const first = await commit({ a: '1' });
    const second = await commit({ a: '2' });
    expect(repository.moveBranch({ branch: 'main', from: first, to: first })).toBe(false);
    expect(repository.moveBranch({ branch: 'main', from: undefined, to: first })).toBe(false);
    expect(repository.moveBranch({ branch: 'new', from: first, to: second })).toBe(false);
    expect(repository.moveBranch({ branch: 'main', from: second, to: first })).toBe(true);
    expect(await repository.head('main')).toBe(first);
    expect(repository.moveBranch({ branch: 'main', from: second, to: undefined })).toBe(false);
    expect(repository.moveBranch({ branch: 'main', from: first, to: undefined })).toBe(true);
    expect(await repository.findHead('main')).toBeUndefined();
  });

  it('loses no commit when two write the same branch at once', async () => {
    await commit({ a: '1' });
    await Promise.all([commit({ b: '1' }), commit({ c: '1' }), commit({ d: '1' })]);
    expect([...(await repository.files(await repository.head('main'), '')).keys()]).toEqual(['a', 'b', 'c', 'd']);
  });

  it('merges and squashes what does not conflict, and says when it does', async () => {
    const start = await commit({ a: '1\n', b: '1\n' });
    repository.moveBranch({ branch: 'fix', from: undefined, to: start });
    const head = await commit({ a: '2\n' }, 'fix');
    const base = await commit({ b: '2\n' });
    const how = { base, head, message: 'merged', author: bot, at: clock.now() };
    const merge = (await repository.createMerge({ ...how, method: 'Merge' })) ?? '';
    const squash = (await repository.createMerge({ ...how, method: 'Squash' })) ?? '';
    expect(await repository.files(merge, '')).toEqual(files({ a: '2\n', b: '2\n' }));
    expect(await repository.treeId(squash)).toBe(await repository.treeId(merge));
    expect((await repository.log({ from: merge, limit: 1 }))[0]?.parents).toEqual([base, head]);
    expect((await repository.log({ from: squash, limit: 1 }))[0]?.parents).toEqual([base]);
    const rival = await commit({ a: '3\n' });
    expect(await repository.createMerge({ ...how, base: rival, method: 'Squash' })).toBeUndefined();
    expect(await repository.merges(await commit({ z: '1' }, 'orphan'), head)).toBe(false);
  });

  it('knows ancestors, and that an unknown commit is none', async () => {
    const first = await commit({ a: '1' });
    const second = await commit({ a: '2' });
    expect(await repository.isAncestor(first, second)).toBe(true);
    expect(await repository.isAncestor(first, first)).toBe(true);
    expect(await repository.isAncestor(second, first)).toBe(false);
    expect(await repository.isAncestor('f'.repeat(40), first)).toBe(false);
  });

  it('goes on after a git was killed while it held a lock', async () => {
    const first = await commit({ a: '1' });
    const lock = join(repository.path, 'refs/heads/main.lock');
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    const second = await commit({ a: '2' });
    expect(await repository.isAncestor(first, second)).toBe(true);
  });

  it('opens although a git was killed just now while it held its configuration', async () => {
    const first = await commit({ a: '1' });
    await writeFile(join(repository.path, 'config.lock'), '');
    const again = await openBareRepository({ path: repository.path, git, clock });
    expect(await again.head('main')).toBe(first);
  });

  it('is whole or not there at all when it could not be made to the end', async () => {
    const path = join(root, 'cut-short.git');
    const killed = { ...git, run: async (call: GitCall) => git.run(call).then(() => Promise.reject(new Error('killed'))) };
    await expect(openBareRepository({ path, git: killed, clock })).rejects.toThrow('killed');
    expect((await readdir(root)).filter((name) => name.startsWith('cut-short'))).toEqual([]);
    expect((await (await openBareRepository({ path, git, clock })).branches()).size).toBe(0);
  });

  it.each(['../x', '/x', 'a//b', '.git/hooks/x', 'a/.GIT/config', 'a\nb', ''])('writes no file %j', async (path) => {
    await expect(commit({ [path]: 'x' })).rejects.toMatchObject({ reason: 'BadPath' });
  });

  it.each(['', '-x', 'a..b', 'a b', 'x.lock', 'a~1', '@', 'a/', 'refs/../x'])('knows no branch %j', async (branch) => {
    await expect(repository.findHead(branch)).rejects.toMatchObject({ reason: 'BadBranch' });
  });

  it('takes only full commit ids', async () => {
    await expect(repository.tree('--output=x')).rejects.toMatchObject({ reason: 'BadRevision' });
    await expect(repository.tree('f'.repeat(40))).rejects.toMatchObject({ reason: 'CommitNotFound' });
  });
});
