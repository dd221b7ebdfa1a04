import { beforeAll } from 'vitest';
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

export const WEB = 'apps/web.yaml';
export const SEED = { [WEB]: 'memory: 64Mi # little\r\n', 'apps/other.yaml': 'a: 1\n', 'README.md': '# fleet\n' } as const;
export const MESSAGE = 'fix(shop): raise memory\n\nFleetmend-Plan: sha256:abc';
export const MARKER = '<!-- fleetmend:request uid-1 -->';

export interface Setting {
  readonly harness: ForgeHarness;
  readonly forge: Forge;
  readonly repository: string;
  readonly base: string;
}

export interface Opened extends Setting {
  readonly pull: PullRequestState;
  readonly reference: PullRequestReference;
  readonly sha: string;
}

/** What the parts of the suite start from. */
export interface ForgeBench {
  readonly harness: ForgeHarness;
  /** A new repository that holds `SEED`. */
  seeded(): Promise<Setting>;
  /** The commit that we make, and the pull request that we open for it. */
  ours(setting: Setting, rest?: Partial<CommitRequest>): CommitRequest;
  draft(setting: Setting, rest?: Partial<PullRequestDraft>): PullRequestDraft;
  opened(setting?: Setting): Promise<Opened>;
  read(setting: Setting, branch?: string): Promise<PullRequestState>;
  /** Looks until it holds, or for long enough: answers what it saw last. */
  until(setting: Setting, holds: (state: PullRequestState) => boolean): Promise<PullRequestState>;
}

/** The harness is made before the first test, once: it may be slow. */
export function createForgeBench(create: () => Promise<ForgeHarness>): ForgeBench {
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
  const opened = async (setting?: Setting): Promise<Opened> => {
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

  return {
    get harness() {
      return harness;
    },
    seeded,
    ours,
    draft,
    opened,
    read,
    until,
  };
}
