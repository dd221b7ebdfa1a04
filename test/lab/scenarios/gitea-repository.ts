import { join } from 'node:path';
import { createGit, openBareRepository, type BareRepository } from '@fleetmend/git';
import { proposedFiles, type Files, type RepositoryWriter, type ReviewDesk, type WatchedPullRequest } from '@fleetmend/sandbox';
import { systemClock } from '@fleetmend/telemetry';
import type { GiteaFacts } from '../boot/lab.ts';
import { until } from '../boot/server-process.ts';
import { giteaApi } from '../contracts/gitea-api.ts';

const REVIEWER = { name: 'A reviewer', email: 'reviewer@lab.invalid' } as const;
const REMARK = 'Remark on ';

interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  readonly created_at: string;
  readonly head: { readonly ref: string; readonly sha: string };
}

/** A scenario's repository on a real Gitea: history is pushed as its owner pushes, pull requests are judged as a person judges. */
export interface ScenarioRepository {
  /** `owner/name` */
  readonly name: string;
  readonly url: string;
  readonly writer: RepositoryWriter;
  readonly desk: ReviewDesk;
  /** All files of a commit that was pushed or merged. */
  files(commit: string): Promise<Files>;
  /** Fetches, and answers the commit that a branch points at. */
  head(branch: string): Promise<string>;
  pullRequests(faulty: Files): Promise<readonly WatchedPullRequest[]>;
}

export interface NewScenarioRepository {
  readonly gitea: GiteaFacts;
  readonly name: string;
  readonly branch: string;
  /** A folder for the copy that history is made in. */
  readonly folder: string;
}

export const createScenarioRepository = async ({ gitea, name, branch, folder }: NewScenarioRepository): Promise<ScenarioRepository> => {
  const owner = giteaApi(gitea, gitea.admin);
  const full = `${gitea.admin.name}/${name}`;
  const url = `${gitea.url}/${full}.git`;
  await owner.call('POST', '/user/repos', { body: { name, auto_init: false, default_branch: branch, private: false } });
  await owner.call('PUT', `/repos/${full}/collaborators/${gitea.bot.name}`, { body: { permission: 'write' } });
  const git = createGit();
  const copy: BareRepository = await openBareRepository({ path: join(folder, `${name}.git`), git, clock: systemClock, defaultBranch: branch });
  const authorization = `Authorization: Basic ${Buffer.from(`${gitea.admin.name}:${gitea.admin.password}`).toString('base64')}`;
  const config = { [`http.${gitea.url}.extraHeader`]: authorization };
  const fetchAll = () => git.run({ dir: copy.path, config, args: ['fetch', '--quiet', '--no-tags', '--', url, '+refs/heads/*:refs/heads/*'] });
  const all = async (state: 'open' | 'all') => (await owner.call<PullRequest[]>('GET', `/repos/${full}/pulls?state=${state}&sort=oldest`)) ?? [];
  const commit: RepositoryWriter['commit'] = async (change) => {
    const made = await copy.commit(change);
    await git.run({ dir: copy.path, config, args: ['push', '--quiet', '--', url, `${made}:refs/heads/${change.branch}`] });
    return made;
  };
  const pull = (number: number) => `/repos/${full}/pulls/${number}`;

  return {
    name: full,
    url,
    files: (commit) => copy.files(commit, ''),
    async head(name) {
      await fetchAll();
      return copy.head(name);
    },
    writer: { commit },
    desk: {
      open: async () => (await all('open')).map(({ number, head, created_at: created }) => ({ number, branch: head.ref, openedAt: Date.parse(created) })),
      async merge({ number }) {
        await owner.call('POST', `${pull(number)}/reviews`, { body: { event: 'APPROVED', body: 'looks right' } });
        // Until it has looked whether a merge is possible, Gitea answers 405.
        await until('Gitea has merged it', 30, async () => {
          await owner.call('POST', `${pull(number)}/merge`, { body: { Do: 'squash' }, allow: [405] });
          return (await owner.call<PullRequest>('GET', pull(number)))?.merged === true;
        });
      },
      close: async ({ number }) => void (await owner.call('PATCH', pull(number), { body: { state: 'closed' } })),
      async addRemark({ branch: head }) {
        await fetchAll();
        const tip = await copy.head(head);
        const [before, after] = [await copy.files((await parentOf(copy, tip)) ?? tip, ''), await copy.files(tip, '')];
        const [path, text] = [...after].find(([file, content]) => before.get(file) !== content) ?? [];
        if (path !== undefined && text !== undefined) await commit({ branch: head, files: new Map([[path, `${text}# looked at by a reviewer\n`]]), message: `${REMARK}${path}`, author: REVIEWER });
      },
    },
    async pullRequests(faulty) {
      await fetchAll();
      return Promise.all((await all('all')).map(async ({ number, title, state, merged, created_at: created, head }): Promise<WatchedPullRequest> => {
        const base = (await copy.has(head.sha)) ? await parentOf(copy, head.sha) : undefined;
        const files = base === undefined ? faulty : proposedFiles({ faulty, before: await copy.files(base, ''), after: await copy.files(head.sha, '') });
        return { number, title, state: merged ? 'Merged' : state === 'open' ? 'Open' : 'Closed', openedAt: Date.parse(created), files };
      }));
    },
  };
};

/** Our pull requests have one commit, and a remark of the reviewer on top at most: what they began from is the first commit that is not on the branch alone. */
async function parentOf(copy: BareRepository, commit: string): Promise<string | undefined> {
  const [own] = await copy.log({ from: commit, limit: 1 });
  const [first] = own?.message.startsWith(REMARK) ? await copy.log({ from: own.parents[0] ?? commit, limit: 1 }) : [own];
  return first?.parents[0];
}
