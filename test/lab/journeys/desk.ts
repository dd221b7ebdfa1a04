import type { GiteaFacts } from '../boot/lab.ts';
import { until } from '../boot/server-process.ts';
import { commitAsOwner, createRepository, giteaApi, type NewRepository } from '../contracts/gitea-api.ts';

export interface PullRequest {
  readonly number: number;
  readonly state: string;
  readonly user: { readonly login: string };
  readonly head: { readonly ref: string };
  readonly merge_commit_sha: string | null;
}

/** What a pull request changes: its files, and its lines without indentation, as in `- memory: 64Mi`. */
export interface Changes {
  readonly files: readonly string[];
  readonly lines: readonly string[];
}

/** One repository on Gitea, as the person sees it who owns it. */
export interface Desk {
  /** `owner/name`. */
  readonly repository: string;
  readonly url: string;
  create(first: Omit<NewRepository, 'name'>): Promise<void>;
  /** Commits on `main`; the new commit. */
  commit(files: Readonly<Record<string, string>>, message: string): Promise<string>;
  /** Those of `main`, newest first. */
  commits(): Promise<readonly string[]>;
  /** Files that a commit changed. */
  filesOf(commit: string): Promise<readonly string[]>;
  /** All that there ever were, oldest first. */
  pulls(): Promise<readonly PullRequest[]>;
  changes(pull: PullRequest): Promise<Changes>;
  /** Approves, and merges; the merge commit. */
  merge(pull: PullRequest): Promise<string>;
}

export const deskOf = (gitea: GiteaFacts, name: string): Desk => {
  const human = giteaApi(gitea, gitea.admin);
  const repository = `${gitea.admin.name}/${name}`;
  const pulls = async (): Promise<readonly PullRequest[]> =>
    ((await human.call<PullRequest[]>('GET', `/repos/${repository}/pulls?state=all`)) ?? []).toSorted((a, b) => a.number - b.number);
  return {
    repository,
    url: `${gitea.url}/${repository}.git`,
    pulls,
    create: async (first) => void (await createRepository(gitea, { name, ...first })),
    commit: (files, message) => commitAsOwner(gitea, { repository, branch: 'main', files, message }),
    async commits() {
      return ((await human.call<{ sha: string }[]>('GET', `/repos/${repository}/commits?sha=main&stat=false`)) ?? []).map(({ sha }) => sha);
    },
    async filesOf(commit) {
      const found = await human.call<{ files: { filename: string }[] }>('GET', `/repos/${repository}/git/commits/${commit}`);
      return (found?.files ?? []).map(({ filename }) => filename);
    },
    async changes({ number }) {
      const diff = (await (await fetch(`${gitea.url}/${repository}/pulls/${number}.diff`)).text()).split('\n');
      return {
        files: diff.filter((line) => line.startsWith('+++ b/')).map((line) => line.slice('+++ b/'.length)),
        lines: diff.filter((line) => /^[+-](?![+-])/.test(line)).map((line) => `${line[0]} ${line.slice(1).trim()}`),
      };
    },
    async merge({ number }) {
      const path = `/repos/${repository}/pulls/${number}`;
      await human.call('POST', `${path}/reviews`, { body: { event: 'APPROVED', body: 'looks right' } });
      const merged = async (): Promise<string | undefined> => {
        const now = await human.call<PullRequest & { readonly merged: boolean }>('GET', path);
        return now?.merged === true ? (now.merge_commit_sha ?? undefined) : undefined;
      };
      // Gitea answers 405 while it still finds out whether the branch can be merged.
      await until('Gitea lets a person merge, and tells the merge commit', 60, async () => {
        if ((await merged()) === undefined) await human.call('POST', `${path}/merge`, { body: { Do: 'squash' }, allow: [405] });
        return (await merged()) !== undefined;
      });
      return (await merged()) ?? '';
    },
  };
};
