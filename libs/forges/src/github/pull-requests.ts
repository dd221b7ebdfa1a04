import { PermanentError, messageOf } from '@fleetmend/kernel';
import type { Forge, PullRequestDraft, PullRequestState } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { placeOf } from './place.ts';
import { Comment, Nothing, PullRequest, PullRequestEntry } from './schema.ts';
import { type GitHubDeps, readClosedBy, readState } from './state.ts';

export function readPull({ client }: GitHubDeps, repository: string, number: number): Promise<PullRequest> {
  return client.read({ what: `GET /repos/${repository}/pulls/${number}`, ask: (kit) => kit.rest.pulls.get({ ...placeOf(repository), pull_number: number }), schema: PullRequest });
}

/** Those of the repository's own branch, in all states, newest first; never of a fork's branch of that name. */
async function pullsOfBranch({ client }: GitHubDeps, { repository, branch }: { readonly repository: string; readonly branch: string }): Promise<readonly PullRequestEntry[]> {
  const place = placeOf(repository);
  const pulls = await client.list({
    what: `GET /repos/${repository}/pulls?head=${place.owner}:${branch}`,
    ask: (kit, page) => kit.rest.pulls.list({ ...place, ...page, head: `${place.owner}:${branch}`, state: 'all', sort: 'created', direction: 'desc' }),
    schema: z.array(PullRequestEntry),
  });
  const isOwn = ({ head, base }: PullRequestEntry) => head.ref === branch && head.repo?.full_name === base.repo?.full_name;
  return pulls.filter(isOwn).sort((a, b) => b.number - a.number);
}

export async function readPullRequest(deps: GitHubDeps, reference: { readonly repository: string; readonly branch: string }): Promise<PullRequestState | undefined> {
  const [newest] = await pullsOfBranch(deps, reference);
  return newest && readState(deps, reference.repository, await readPull(deps, reference.repository, newest.number));
}

export async function openPullRequest(deps: GitHubDeps, draft: PullRequestDraft): Promise<PullRequestState> {
  const { repository, branch, base, title, body } = draft;
  const known = await findOurs(deps, draft);
  if (known !== undefined) return readState(deps, repository, await readPull(deps, repository, known));
  const { data, message } = await deps.client.call({
    what: `POST /repos/${repository}/pulls`,
    ask: (kit) => kit.rest.pulls.create({ ...placeOf(repository), title, head: branch, base, body }),
    schema: PullRequest,
    allow: [422],
  });
  if (data) {
    await decorate(deps, draft, data.number);
    return readState(deps, repository, data);
  }
  if (!/already exists/i.test(message)) throw new PermanentError('NothingToMerge', `GitHub opens no pull request of ${branch} into ${base} of ${repository}: ${message}`);
  const rival = await findOurs(deps, draft);
  if (rival === undefined) throw new Error(`GitHub says that a pull request of ${branch} in ${repository} exists, and does not list it yet`);
  return readState(deps, repository, await readPull(deps, repository, rival));
}

/** @throws PermanentError `PullRequestTaken` when somebody else's is open for our branch. */
async function findOurs(deps: GitHubDeps, { repository, branch, marker }: PullRequestDraft): Promise<number | undefined> {
  const known = await pullsOfBranch(deps, { repository, branch });
  for (const { number, state, merged_at } of known.filter(({ body }) => body?.includes(marker))) {
    const isClosed = state === 'closed' && !merged_at;
    if (!isClosed || (await readClosedBy(deps, repository, number))?.kind !== 'Us') return number;
  }
  const theirs = known.find(({ state }) => state === 'open');
  if (!theirs) return undefined;
  throw new PermanentError('PullRequestTaken', `pull request ${theirs.number} of ${repository} is open for branch ${branch} and is not ours: close it, or leave the repair to whoever opened it`);
}

/** Labels, which GitHub makes where they are missing, and reviewers. Neither is worth failing for: the pull request is open already. */
async function decorate({ client, log }: GitHubDeps, { repository, labels, reviewers }: PullRequestDraft, number: number): Promise<void> {
  const place = placeOf(repository);
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      log.warn(`${what} could not be set`, { repository, number, error: messageOf(error) });
    }
  };
  if (labels.length > 0) {
    await attempt('labels', () => client.call({ what: `POST /repos/${repository}/issues/${number}/labels`, ask: (kit) => kit.rest.issues.addLabels({ ...place, issue_number: number, labels: [...labels] }), schema: Nothing }));
  }
  const { users, teams } = reviewers;
  if (users.length + teams.length > 0) {
    const wanted = { reviewers: [...users], team_reviewers: [...teams] };
    await attempt('reviewers', () => client.call({ what: `POST /repos/${repository}/pulls/${number}/requested_reviewers`, ask: (kit) => kit.rest.pulls.requestReviewers({ ...place, pull_number: number, ...wanted }), schema: Nothing }));
  }
}

export async function updatePullRequest(deps: GitHubDeps, { repository, number, comment, close = false }: Parameters<Forge['updatePullRequest']>[0]): Promise<void> {
  const { client } = deps;
  const place = placeOf(repository);
  if (comment) {
    const at = `/repos/${repository}/issues/${number}/comments`;
    const said = await client.list({ what: `GET ${at}`, ask: (kit, page) => kit.rest.issues.listComments({ ...place, ...page, issue_number: number }), schema: z.array(Comment) });
    const mark = comment.marker.startsWith('<!--') ? comment.marker : `<!-- ${comment.marker} -->`;
    if (!said.some(({ body }) => body?.includes(mark))) {
      await client.read({ what: `POST ${at}`, ask: (kit) => kit.rest.issues.createComment({ ...place, issue_number: number, body: `${comment.body}\n\n${mark}` }), schema: Comment });
    }
  }
  if (!close || (await readPull(deps, repository, number)).state !== 'open') return;
  // 422: it was merged meanwhile, and merged is final.
  await client.call({ what: `PATCH /repos/${repository}/pulls/${number}`, ask: (kit) => kit.rest.pulls.update({ ...place, pull_number: number, state: 'closed' }), schema: Nothing, allow: [422] });
}
