import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@fleetmend/kernel';
import { type BareRepository, type Git, createGit } from '@fleetmend/git';
import type { MergeResult, PullRequestState } from '@fleetmend/plugin-api';
import { rememberedComparisons } from './comparison.ts';
import { openPullRequestDatabase } from './database.ts';
import { type Actor, type PullRequestDeps, close, merge, needRow, readState } from './pull-requests.ts';
import { localRepositories } from './repositories.ts';
import type { Comment } from './schema.ts';
import { pullRequestStore } from './store.ts';

/** A person, under whose own name the local forge acts. */
export interface Person {
  readonly login: string;
  readonly name?: string;
  readonly email?: string;
}

/** What a person sees of a pull request beyond what the hub reads. */
export interface LocalPullRequest extends PullRequestState {
  readonly repository: string;
  readonly title: string;
  readonly author: string;
  readonly openedAt: number;
  readonly comments: readonly Comment[];
}

/** The pages that a real forge shows to people: list, read, review, merge and close pull requests of the local forge. */
export interface LocalPullRequests {
  list(query?: { readonly repository?: string; readonly state?: PullRequestState['state'] }): Promise<readonly LocalPullRequest[]>;
  /** @throws PermanentError `PullRequestNotFound`. */
  show(number: number): Promise<LocalPullRequest>;
  open(draft: { readonly repository: string; readonly branch: string; readonly base: string; readonly title: string; readonly body: string }, by: Person): Promise<LocalPullRequest>;
  merge(number: number, by: Person): Promise<MergeResult>;
  close(number: number, by: Person, comment?: string): Promise<void>;
  review(number: number, by: Person, review: { readonly state: 'Approved' | 'ChangesRequested' | 'Commented'; readonly body?: string }): Promise<void>;
  comment(number: number, by: Person, body: string): Promise<void>;
  /** The bare repository behind a name, made if need be: where a person pushes, and where a world writes its history. */
  repository(name: string): Promise<BareRepository>;
  /** Releases the database; the object is of no use after it. */
  dispose(): void;
}

export interface LocalForgeOptions {
  /** The plugin's own state directory. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** Where the bare repositories lie; `repositories` in the state directory by default. */
  readonly root?: string;
  readonly mergeMethod?: 'Squash' | 'Merge';
  readonly git?: Git;
}

/** Everything behind both faces of the local forge. */
export function openLocalForge({ stateDir, clock, root = join(stateDir, 'repositories'), mergeMethod = 'Squash', git = createGit() }: LocalForgeOptions): PullRequestDeps {
  mkdirSync(stateDir, { recursive: true });
  return { store: pullRequestStore(openPullRequestDatabase(stateDir)), repositories: localRepositories({ root, git, clock }), clock, mergeMethod, compare: rememberedComparisons() };
}

/**
 * People's side of the local forge, for the CLI and for worlds that play reviewers. May be open in several processes, and
 * beside the hub's side in one.
 *
 * @example const pullRequests = createLocalPullRequests({ stateDir, clock }); await pullRequests.merge(3, { login: 'ada' });
 */
export function createLocalPullRequests(options: LocalForgeOptions): LocalPullRequests {
  const deps = openLocalForge(options);
  const { store, clock } = deps;

  const show = async (number: number): Promise<LocalPullRequest> => {
    const row = needRow(store, number);
    return { ...(await readState(deps, row)), repository: row.repository, title: row.title, author: row.author, openedAt: row.opened_at, comments: store.comments(number) };
  };

  return {
    show,
    async list({ repository, state } = {}) {
      const all = await Promise.all(store.list(repository).map(({ number }) => show(number)));
      return all.filter((each) => state === undefined || each.state === state);
    },
    async open({ repository: name, branch, base, title, body }, by) {
      const repository = await deps.repositories.open(name);
      const [head, baseSHA] = [await repository.head(branch), await repository.head(base)];
      return show(store.insert({ repository: name, branch, base, title, body, labels: [], reviewers: [], author: by.login, head, baseSHA, at: clock.now() }));
    },
    async merge(number, by) {
      const { title, body } = needRow(store, number);
      const [first] = (await show(number)).commits;
      return merge(deps, { number, expectedHead: undefined, message: first?.message ?? `${title}\n\n${body}`, by: asActor(by) });
    },
    async close(number, by, comment) {
      if (comment !== undefined) store.addComment(number, { author: by.login, marker: '', body: comment, at: clock.now() });
      await close(deps, number, asActor(by));
    },
    async review(number, by, { state, body = '' }) {
      const { headSHA } = await show(number);
      store.addReview(number, { author: by.login, state, headSHA, body, at: clock.now() });
    },
    async comment(number, by, body) {
      needRow(store, number);
      store.addComment(number, { author: by.login, marker: '', body, at: clock.now() });
    },
    repository: (name) => deps.repositories.create(name),
    dispose: () => store.close(),
  };
}

function asActor({ login, name = login, email = `${login}@fleet.local` }: Person): Actor {
  return { login, name, email, kind: login.endsWith('[bot]') ? 'Bot' : 'Human' };
}
