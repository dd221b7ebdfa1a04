import { beforeAll, describe, expect, it } from 'vitest';
import type { CommitRequest, Forge, PullRequestDraft, PullRequestState } from '../forge.ts';

/** A forge with a way to act on it as people do. The suite runs against a stand-in, an embedded part or a real server alike. */
export interface ForgeHarness {
  readonly forge: Forge;
  /** Makes a new repository whose branch `main` holds these files and takes no direct push; answers its name. */
  seedRepository(files: Readonly<Record<string, string>>): Promise<string>;
  /** A person's commit on top of a branch. `main` is pushed to as its owner may. */
  humanCommit(change: { readonly repository: string; readonly branch: string; readonly files: Readonly<Record<string, string>>; readonly message: string }): Promise<string>;
  /** A person's own pull request from an existing branch. */
  humanOpen(draft: { readonly repository: string; readonly branch: string; readonly base: string; readonly title: string; readonly body: string }): Promise<number>;
  humanMerge(reference: PullRequestReference): Promise<void>;
  humanClose(reference: PullRequestReference): Promise<void>;
  approve(reference: PullRequestReference): Promise<void>;
  requestChanges(reference: PullRequestReference): Promise<void>;
  comments(reference: PullRequestReference): Promise<readonly string[]>;
  head(place: { readonly repository: string; readonly branch: string }): Promise<string | undefined>;
  files(place: { readonly repository: string; readonly revision: string }): Promise<ReadonlyMap<string, string>>;
  message(place: { readonly repository: string; readonly revision: string }): Promise<string>;
  /** Called between two looks while something is awaited; a real server needs a moment, others none. */
  pause(): Promise<void>;
}

export interface PullRequestReference {
  readonly repository: string;
  readonly number: number;
}

const WEB = 'apps/web.yaml';
const SEED = { [WEB]: 'memory: 64Mi # little\r\n', 'apps/other.yaml': 'a: 1\n', 'README.md': '# fleet\n' } as const;
const MESSAGE = 'fix(shop): raise memory\n\nFleetmend-Plan: sha256:abc';
const MARKER = '<!-- fleetmend:request uid-1 -->';

interface Setting {
  readonly harness: ForgeHarness;
  readonly forge: Forge;
  readonly repository: string;
  readonly base: string;
}

/** What every forge must do. `create` may be slow: it is called once. */
export function forgeConformance({ kind, create }: { readonly kind: string; readonly create: () => Promise<ForgeHarness> }): void {
  let harness: ForgeHarness;
  beforeAll(async () => {
    harness = await create();
  }, 60_000);

  const seeded = async (): Promise<Setting> => {
    const repository = await harness.seedRepository(SEED);
    const base = await harness.head({ repository, branch: 'main' });
    if (base === undefined) throw new Error(`the harness made no branch main in ${repository}`);
    return { harness, forge: harness.forge, repository, base };
  };
  const ours = ({ repository, base }: Setting, rest: Partial<CommitRequest> = {}): CommitRequest => ({
    repository,
    branch: 'fleetmend/web-12345678-abcdef01',
    parent: base,
    files: new Map([[WEB, 'memory: 128Mi # little\r\n']]),
    message: MESSAGE,
    ...rest,
  });
  const draft = ({ repository }: Setting, rest: Partial<PullRequestDraft> = {}): PullRequestDraft => ({
    repository,
    branch: 'fleetmend/web-12345678-abcdef01',
    base: 'main',
    title: 'Raise the memory limit of web',
    body: `It was killed.\n\n${MARKER}`,
    labels: ['fleetmend'],
    reviewers: { users: [], teams: [] },
    marker: MARKER,
    ...rest,
  });
  const opened = async (setting?: Setting): Promise<Setting & { readonly pull: PullRequestState; readonly reference: PullRequestReference; readonly sha: string }> => {
    const at = setting ?? (await seeded());
    const { sha } = await at.forge.commit(ours(at));
    const pull = await at.forge.openPullRequest(draft(at));
    return { ...at, pull, sha, reference: { repository: at.repository, number: pull.number } };
  };
  const read = async ({ forge, repository }: Setting, branch = draft({ repository } as Setting).branch): Promise<PullRequestState> => {
    const state = await forge.readPullRequest({ repository, branch });
    if (!state) throw new Error(`${repository} has no pull request of ${branch}`);
    return state;
  };
  const until = async (setting: Setting, holds: (state: PullRequestState) => boolean): Promise<PullRequestState> => {
    for (let look = 0; look < 100; look += 1) {
      const state = await read(setting);
      if (holds(state)) return state;
      await harness.pause();
    }
    return read(setting);
  };

  it('carries the kind of its definition', () => {
    expect(harness.forge.kind).toBe(kind);
  });

  describe('a repository', () => {
    it('has a remote to fetch from', async () => {
      const { forge, repository } = await seeded();
      expect((await forge.remote(repository)).url).not.toBe('');
    });

    it('that is not there is named', async () => {
      const { forge, repository } = await seeded();
      const missing = `${repository}-missing`;
      await expect(forge.remote(missing)).rejects.toMatchObject({ reason: 'RepositoryNotFound', message: expect.stringContaining(missing) });
    });
  });

  describe('a commit', () => {
    it('puts exactly our bytes and message on a new branch, on top of the parent', async () => {
      const at = await seeded();
      const { sha } = await at.forge.commit(ours(at));
      expect(await harness.head({ repository: at.repository, branch: ours(at).branch })).toBe(sha);
      expect(await harness.files({ repository: at.repository, revision: sha })).toEqual(new Map(Object.entries({ ...SEED, [WEB]: 'memory: 128Mi # little\r\n' })));
      expect((await harness.message({ repository: at.repository, revision: sha })).trim()).toBe(MESSAGE);
      expect(await harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });

    it('may add a file', async () => {
      const at = await seeded();
      const { sha } = await at.forge.commit(ours(at, { files: new Map([['apps/new/patch.yaml', 'a: 1\n']]) }));
      expect((await harness.files({ repository: at.repository, revision: sha })).get('apps/new/patch.yaml')).toBe('a: 1\n');
    });

    it('made again is the same commit', async () => {
      const at = await seeded();
      const first = await at.forge.commit(ours(at));
      expect((await at.forge.commit(ours(at))).sha).toBe(first.sha);
    });

    it('starts from the asked parent, also when the base has moved on', async () => {
      const at = await seeded();
      await harness.humanCommit({ repository: at.repository, branch: 'main', files: { 'apps/other.yaml': 'a: 2\n' }, message: 'other' });
      const { sha } = await at.forge.commit(ours(at));
      expect((await harness.files({ repository: at.repository, revision: sha })).get('apps/other.yaml')).toBe('a: 1\n');
    });

    it.each([
      ['other bytes', { files: new Map([[WEB, 'memory: 256Mi\n']]) }],
      ['another message', { message: 'another plan' }],
    ])('does not take a branch that holds %s', async (_, other) => {
      const at = await seeded();
      const first = await at.forge.commit(ours(at));
      await expect(at.forge.commit(ours(at, other))).rejects.toMatchObject({ reason: 'BranchTaken' });
      expect(await harness.head({ repository: at.repository, branch: ours(at).branch })).toBe(first.sha);
    });

    it('does not take a branch that somebody else committed to', async () => {
      const at = await seeded();
      await at.forge.commit(ours(at));
      const theirs = await harness.humanCommit({ repository: at.repository, branch: ours(at).branch, files: { 'apps/other.yaml': 'a: 3\n' }, message: 'mine' });
      await expect(at.forge.commit(ours(at))).rejects.toMatchObject({ reason: 'BranchTaken' });
      expect(await harness.head({ repository: at.repository, branch: ours(at).branch })).toBe(theirs);
    });

    it('never lands on the base branch', async () => {
      const at = await seeded();
      await expect(at.forge.commit(ours(at, { branch: 'main' }))).rejects.toMatchObject({ name: 'PermanentError' });
      expect(await harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });
  });

  describe('a pull request', () => {
    it('opens with what the draft says', async () => {
      const at = await opened();
      expect(at.pull).toMatchObject({ branch: ours(at).branch, base: 'main', state: 'Open', headSHA: at.sha, closedBy: undefined, mergeSHA: undefined, reviews: [] });
      expect(at.pull.body).toContain(MARKER);
      expect(at.pull.url).not.toBe('');
      expect((await read(at)).commits).toEqual([{ sha: at.sha, message: expect.stringContaining('Fleetmend-Plan: sha256:abc'), byUs: true }]);
    });

    it('opened again is the same one', async () => {
      const at = await opened();
      expect((await at.forge.openPullRequest(draft(at))).number).toBe(at.pull.number);
    });

    it('of somebody else, without our marker, is never adopted', async () => {
      const at = await seeded();
      await at.forge.commit(ours(at));
      await harness.humanOpen({ repository: at.repository, branch: ours(at).branch, base: 'main', title: 'mine', body: 'no marker' });
      await expect(at.forge.openPullRequest(draft(at))).rejects.toMatchObject({ reason: 'PullRequestTaken' });
    });

    it('that we closed is not adopted: a new one opens', async () => {
      const at = await opened();
      await at.forge.updatePullRequest({ ...at.reference, close: true });
      const again = await at.forge.openPullRequest(draft(at));
      expect(again.number).not.toBe(at.pull.number);
      expect(await read(at)).toMatchObject({ number: again.number, state: 'Open' });
    });

    it('that a person closed is adopted as it is, so that their no is heard', async () => {
      const at = await opened();
      await harness.humanClose(at.reference);
      expect(await at.forge.openPullRequest(draft(at))).toMatchObject({ number: at.pull.number, state: 'Closed', closedBy: { kind: 'Human' } });
    });

    it('is not there for a branch that has none', async () => {
      const at = await seeded();
      expect(await at.forge.readPullRequest({ repository: at.repository, branch: 'fleetmend/none' })).toBeUndefined();
    });

    it('shows commits of others on its branch, oldest first', async () => {
      const at = await opened();
      const theirs = await harness.humanCommit({ repository: at.repository, branch: at.pull.branch, files: { [WEB]: 'memory: 192Mi\n' }, message: 'a bit more' });
      const state = await until(at, ({ headSHA, commits }) => headSHA === theirs && commits.length === 2);
      expect(state).toMatchObject({ headSHA: theirs, commits: [{ sha: at.sha, byUs: true }, { sha: theirs, byUs: false }] });
    });

    it('stays mergeable when the base moves elsewhere, and is not when the base changes the same lines', async () => {
      const at = await opened();
      expect((await until(at, ({ mergeable }) => mergeable === true)).mergeable).toBe(true);
      await harness.humanCommit({ repository: at.repository, branch: 'main', files: { 'apps/other.yaml': 'a: 9\n' }, message: 'elsewhere' });
      expect((await until(at, ({ mergeable }) => mergeable === true)).mergeable).toBe(true);
      await harness.humanCommit({ repository: at.repository, branch: 'main', files: { [WEB]: 'memory: 96Mi\n' }, message: 'same line' });
      expect((await until(at, ({ mergeable }) => mergeable === false)).mergeable).toBe(false);
    });

    it('tells approvals and requests for changes with the head that they were given for', async () => {
      const at = await opened();
      await harness.approve(at.reference);
      expect((await read(at)).reviews).toMatchObject([{ state: 'Approved', headSHA: at.sha }]);
      await harness.requestChanges(at.reference);
      expect((await read(at)).reviews.at(-1)).toMatchObject({ state: 'ChangesRequested', headSHA: at.sha });
    });
  });

  describe('merging', () => {
    it('at the expected head brings the change to the base', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      const result = await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE });
      const merged = result.merged ? result.sha : '';
      expect(result).toEqual({ merged: true, sha: await harness.head({ repository: at.repository, branch: 'main' }) });
      expect((await harness.files({ repository: at.repository, revision: merged })).get(WEB)).toBe('memory: 128Mi # little\r\n');
      expect(await harness.message({ repository: at.repository, revision: merged })).toContain('Fleetmend-Plan: sha256:abc');
      expect(await read(at)).toMatchObject({ state: 'Merged', mergeSHA: merged, headSHA: at.sha, commits: [{ sha: at.sha, byUs: true }] });
    });

    it('twice is done once', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      const merge = { ...at.reference, expectedHead: at.sha, message: MESSAGE };
      const first = await at.forge.mergePullRequest(merge);
      expect(await at.forge.mergePullRequest(merge)).toEqual(first);
    });

    it('keeps what else the base got meanwhile', async () => {
      const at = await opened();
      await harness.humanCommit({ repository: at.repository, branch: 'main', files: { 'apps/other.yaml': 'a: 9\n' }, message: 'elsewhere' });
      await until(at, ({ mergeable }) => mergeable === true);
      const result = await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE });
      const files = await harness.files({ repository: at.repository, revision: result.merged ? result.sha : '' });
      expect([files.get(WEB), files.get('apps/other.yaml')]).toEqual(['memory: 128Mi # little\r\n', 'a: 9\n']);
    });

    it('is refused when the head is not the expected one', async () => {
      const at = await opened();
      const theirs = await harness.humanCommit({ repository: at.repository, branch: at.pull.branch, files: { [WEB]: 'memory: 1Gi\n' }, message: 'more' });
      await until(at, ({ headSHA, mergeable }) => headSHA === theirs && mergeable === true);
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'HeadMoved' });
      expect(await harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });

    it('is refused when it conflicts', async () => {
      const at = await opened();
      const rival = await harness.humanCommit({ repository: at.repository, branch: 'main', files: { [WEB]: 'memory: 96Mi\n' }, message: 'same line' });
      await until(at, ({ mergeable }) => mergeable === false);
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'NotMergeable' });
      expect(await harness.head({ repository: at.repository, branch: 'main' })).toBe(rival);
    });

    it('is refused when it is closed', async () => {
      const at = await opened();
      await harness.humanClose(at.reference);
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toMatchObject({ merged: false, reason: 'NotMergeable' });
      expect(await harness.head({ repository: at.repository, branch: 'main' })).toBe(at.base);
    });

    it('by a person is seen, and ours after it is done already', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      await harness.approve(at.reference);
      await harness.humanMerge(at.reference);
      const state = await until(at, (seen) => seen.state === 'Merged');
      expect(state).toMatchObject({ state: 'Merged', mergeSHA: await harness.head({ repository: at.repository, branch: 'main' }) });
      expect(await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE })).toEqual({ merged: true, sha: state.mergeSHA });
    });
  });

  describe('closing and commenting', () => {
    it('tells a close of ours from that of a person', async () => {
      const [mine, theirs] = [await opened(), await opened()];
      await mine.forge.updatePullRequest({ ...mine.reference, close: true });
      await harness.humanClose(theirs.reference);
      expect(await read(mine)).toMatchObject({ state: 'Closed', closedBy: { kind: 'Us' } });
      expect(await read(theirs)).toMatchObject({ state: 'Closed', closedBy: { kind: 'Human' } });
    });

    it('comments once per marker, however often it is asked to', async () => {
      const at = await opened();
      const comment = { marker: '<!-- fleetmend:once -->', body: 'It recovered by itself.' };
      await at.forge.updatePullRequest({ ...at.reference, comment });
      await at.forge.updatePullRequest({ ...at.reference, comment, close: true });
      await at.forge.updatePullRequest({ ...at.reference, comment: { marker: '<!-- fleetmend:other -->', body: 'Bye.' }, close: true });
      const comments = await harness.comments(at.reference);
      expect(comments.filter((text) => text.includes('It recovered by itself.'))).toHaveLength(1);
      expect(comments.filter((text) => text.includes('Bye.'))).toHaveLength(1);
      expect((await read(at)).state).toBe('Closed');
    });

    it('leaves a merged one merged', async () => {
      const at = await opened();
      await until(at, ({ mergeable }) => mergeable === true);
      await at.forge.mergePullRequest({ ...at.reference, expectedHead: at.sha, message: MESSAGE });
      await at.forge.updatePullRequest({ ...at.reference, close: true });
      expect((await read(at)).state).toBe('Merged');
    });
  });
}
