import type { LocalPullRequests } from '@fleetmend/forges';
import type { BareRepository } from '@fleetmend/git';
import type { RemediationRequest } from '@fleetmend/model';
import { proposedFiles, type Files, type ReviewDesk, type WatchedPullRequest } from '@fleetmend/sandbox';

const REVIEWER = { login: 'reviewer', name: 'A reviewer', email: 'reviewer@fleet.local' } as const;

export interface LocalDesk {
  readonly pullRequests: LocalPullRequests;
  readonly repository: BareRepository;
}

/** A scenario's reviewer on the pages of the local forge. */
export function localDesk({ pullRequests, repository }: LocalDesk): ReviewDesk {
  return {
    open: () => pullRequests.list({ state: 'Open' }),
    merge: async ({ number }) => void (await pullRequests.merge(number, REVIEWER)),
    close: ({ number }) => pullRequests.close(number, REVIEWER, 'No, thank you.'),
    async addRemark({ number, branch }) {
      const { before, after } = await sidesOf(repository, await pullRequests.show(number));
      const [path, text] = [...after].find(([file, content]) => before.get(file) !== content) ?? [];
      if (path === undefined || text === undefined) return;
      await repository.commit({ branch, files: new Map([[path, `${text}# looked at by a reviewer\n`]]), message: `Remark on ${path}`, author: REVIEWER });
    },
  };
}

/** The tier that the machine gave the plan behind a branch. */
export function tierOf(requests: readonly RemediationRequest[], branch: string): string | undefined {
  const request = requests.find(({ status }) => status.pullRequest?.branch === branch || status.revert?.branch === branch);
  return request?.status.verdict?.tier ?? request?.status.plan?.tier;
}

/** Every pull request of the local forge as a score sees it. */
export async function watchedPullRequests({ pullRequests, repository }: LocalDesk, faulty: Files): Promise<readonly WatchedPullRequest[]> {
  const all = await pullRequests.list();
  return Promise.all(all.map(async (pullRequest) => ({ number: pullRequest.number, title: pullRequest.title, state: pullRequest.state, openedAt: pullRequest.openedAt, files: proposedFiles({ faulty, ...(await sidesOf(repository, pullRequest)) }) })));
}

/** The files before and after a pull request's own commits. */
async function sidesOf(repository: BareRepository, { headSHA, commits }: { readonly headSHA: string; readonly commits: readonly { readonly sha: string }[] }): Promise<{ readonly before: Files; readonly after: Files }> {
  const after = await repository.files(headSHA, '');
  const [first] = commits[0] ? await repository.log({ from: commits[0].sha, limit: 1 }) : [];
  const parent = first?.parents[0];
  return { before: parent === undefined ? after : await repository.files(parent, ''), after };
}
