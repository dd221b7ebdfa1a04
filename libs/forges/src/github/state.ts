import type { Clock } from '@fleetmend/kernel';
import type { PluginLog, PullRequestState } from '@fleetmend/plugin-api';
import { z } from 'zod';
import type { GitHubClient } from './client.ts';
import { placeOf } from './place.ts';
import { CheckRuns, CombinedStatus, Commit, Issue, Permission, type PullRequest, Review } from './schema.ts';

export interface GitHubDeps {
  readonly client: GitHubClient;
  readonly clock: Clock;
  readonly log: PluginLog;
  readonly mergeMethod: 'squash' | 'merge';
  /** Our own login: of the token's user, or `<slug>[bot]` of the App. */
  readonly us: () => Promise<string>;
  /** Logins of machine users, which GitHub does not mark as bots. */
  readonly bots: readonly string[];
}

/** GitHub itself, where it commits or signs in somebody's name. */
const WEB_FLOW = 'web-flow';
const REVIEWS: Readonly<Record<string, 'Approved' | 'ChangesRequested' | 'Commented'>> = { APPROVED: 'Approved', CHANGES_REQUESTED: 'ChangesRequested', COMMENTED: 'Commented' };
/** Who can approve: those of whom GitHub says that they belong to the repository, and who may write to it. */
const INSIDERS = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const WRITERS = ['admin', 'maintain', 'write'];
const GOOD_ENDS = ['success', 'neutral', 'skipped'];

/** Everything about one pull request, from as many calls as GitHub needs for it. */
export async function readState(deps: GitHubDeps, repository: string, pull: PullRequest): Promise<PullRequestState> {
  const { client } = deps;
  const place = placeOf(repository);
  const at = `/repos/${repository}/pulls/${pull.number}`;
  const state = pull.merged ? 'Merged' : pull.state === 'open' ? 'Open' : 'Closed';
  const [us, commits, reviews, checks, closedBy] = await Promise.all([
    deps.us(),
    client.list({ what: `GET ${at}/commits`, ask: (kit, page) => kit.rest.pulls.listCommits({ ...place, ...page, pull_number: pull.number }), schema: z.array(Commit) }),
    client.list({ what: `GET ${at}/reviews`, ask: (kit, page) => kit.rest.pulls.listReviews({ ...place, ...page, pull_number: pull.number }), schema: z.array(Review) }),
    readChecks(client, repository, pull.head.sha),
    state === 'Closed' ? readClosedBy(deps, repository, pull.number) : undefined,
  ]);
  const isOurs = (login: string | undefined) => login === us || login === WEB_FLOW;
  return {
    number: pull.number,
    url: pull.html_url,
    branch: pull.head.ref,
    base: pull.base.ref,
    body: pull.body ?? '',
    headSHA: pull.head.sha,
    state,
    closedBy,
    mergeSHA: pull.merged ? (pull.merge_commit_sha ?? undefined) : undefined,
    mergeable: state === 'Open' ? (pull.mergeable ?? undefined) : undefined,
    commits: commits.map(({ sha, author, committer, commit }) => ({ sha, message: commit.message.trim(), byUs: author?.login === us && isOurs(committer?.login) })),
    reviews: await countedReviews(deps, repository, { reviews, us }),
    checks,
  };
}

/**
 * What was said, oldest first. A stranger's yes is none, nor is that of somebody who may only read, nor a bot's, which an approval
 * by a person must not be mistaken for; an objection only stops us, which harms nobody. A dismissed review says nothing.
 */
async function countedReviews({ client, bots }: GitHubDeps, repository: string, { reviews, us }: { readonly reviews: readonly z.infer<typeof Review>[]; readonly us: string }): Promise<PullRequestState['reviews']> {
  const maySayYes = ({ user, author_association }: z.infer<typeof Review>) => user != null && user.login !== us && !isBot(user, bots) && INSIDERS.includes(author_association);
  const approvers = [...new Set(reviews.filter((review) => REVIEWS[review.state] === 'Approved' && maySayYes(review)).map(({ user }) => user?.login ?? ''))];
  const rights = await Promise.all(
    approvers.map(async (login) => {
      const found = await client.find({ what: `GET /repos/${repository}/collaborators/${login}/permission`, ask: (kit) => kit.rest.repos.getCollaboratorPermissionLevel({ ...placeOf(repository), username: login }), schema: Permission });
      return WRITERS.includes(found?.permission ?? '') ? login : undefined;
    }),
  );
  const writers = new Set(rights);
  return [...reviews]
    .sort((a, b) => a.id - b.id)
    .flatMap((review) => {
      const { user, state, commit_id } = review;
      const meaning = REVIEWS[state];
      const counts = meaning !== undefined && (meaning !== 'Approved' || (maySayYes(review) && writers.has(user?.login)));
      return counts ? [{ author: user?.login ?? '', state: meaning, headSHA: commit_id ?? '' }] : [];
    });
}

/** Check runs of Apps and commit statuses of everything else, which GitHub keeps apart. */
async function readChecks(client: GitHubClient, repository: string, head: string): Promise<PullRequestState['checks']> {
  const place = placeOf(repository);
  const at = `/repos/${repository}/commits/${head}`;
  const [runs, status] = await Promise.all([
    client.find({ what: `GET ${at}/check-runs`, ask: (kit) => kit.rest.checks.listForRef({ ...place, ref: head, per_page: 100 }), schema: CheckRuns }),
    client.find({ what: `GET ${at}/status`, ask: (kit) => kit.rest.repos.getCombinedStatusForRef({ ...place, ref: head }), schema: CombinedStatus }),
  ]);
  const ends: string[] = (runs?.check_runs ?? []).map((run) => (run.status !== 'completed' ? 'pending' : GOOD_ENDS.includes(run.conclusion ?? '') ? 'success' : 'failure'));
  if (status && status.total_count > 0) ends.push(status.state);
  // More than a page of runs: those that were not read may still be at work.
  if (runs && runs.total_count > runs.check_runs.length) ends.push('pending');
  if (ends.length === 0) return 'None';
  if (ends.some((end) => end !== 'success' && end !== 'pending')) return 'Failing';
  return ends.includes('pending') ? 'Pending' : 'Passing';
}

/** Unknown for a close by an account that is no more. */
export async function readClosedBy({ client, us, bots }: GitHubDeps, repository: string, number: number): Promise<PullRequestState['closedBy']> {
  const issue = await client.read({ what: `GET /repos/${repository}/issues/${number}`, ask: (kit) => kit.rest.issues.get({ ...placeOf(repository), issue_number: number }), schema: Issue });
  const closer = issue.closed_by;
  if (!closer) return undefined;
  return { login: closer.login, kind: closer.login === (await us()) ? 'Us' : isBot(closer, bots) ? 'Bot' : 'Human' };
}

function isBot({ login, type }: { readonly login: string; readonly type: string }, bots: readonly string[]): boolean {
  return type === 'Bot' || login.endsWith('[bot]') || bots.includes(login);
}
