import type { Clock } from '@fleetmend/kernel';
import type { PullRequestState } from '@fleetmend/plugin-api';
import { z } from 'zod';
import type { GiteaClient } from './client.ts';
import { repositoryPath } from './place.ts';
import { CombinedStatus, Commit, type PullRequest, Review, TimelineEvent } from './schema.ts';

/** How long Gitea may say "not mergeable" about the same two commits before that means a conflict and not "not checked yet". */
const SURE_AFTER_MS = 10_000;

export interface StateDeps {
  readonly client: GiteaClient;
  readonly clock: Clock;
  /** Login of the token's user. */
  readonly us: () => Promise<string>;
  /** Logins of other bots. */
  readonly bots: readonly string[];
  /** Since when a pull request has not been mergeable between the same head and base; by `<repository>#<number>`. */
  readonly doubts: Map<string, { readonly between: string; readonly since: number }>;
}

const REVIEWS: Readonly<Record<string, 'Approved' | 'ChangesRequested' | 'Commented'>> = { APPROVED: 'Approved', REQUEST_CHANGES: 'ChangesRequested', COMMENT: 'Commented' };
const CHECKS: Readonly<Record<string, PullRequestState['checks']>> = { success: 'Passing', skipped: 'Passing', pending: 'Pending' };

/** Everything about one pull request, from as many calls as Gitea needs for it. */
export async function readState(deps: StateDeps, repository: string, pull: PullRequest): Promise<PullRequestState> {
  const { client } = deps;
  const place = repositoryPath(repository);
  const state = pull.merged ? 'Merged' : pull.state === 'open' ? 'Open' : 'Closed';
  const [us, commits, reviews, checks, closedBy] = await Promise.all([
    deps.us(),
    client.list(`${place}/pulls/${pull.number}/commits?files=false&verification=false`, z.array(Commit), { pages: 3 }),
    client.list(`${place}/pulls/${pull.number}/reviews`, z.array(Review)),
    readChecks(client, place, pull.head.sha),
    state === 'Closed' ? readClosedBy(deps, place, pull.number) : undefined,
  ]);
  return {
    number: pull.number,
    url: pull.html_url,
    branch: pull.head.label,
    base: pull.base.label,
    body: pull.body,
    headSHA: pull.head.sha,
    state,
    closedBy,
    mergeSHA: pull.merged ? (pull.merge_commit_sha ?? undefined) : undefined,
    mergeable: state === 'Open' ? isMergeable(deps, repository, pull) : undefined,
    commits: oldestFirst(commits).map((commit) => ({ sha: commit.sha, message: commit.commit.message.trim(), byUs: commit.author?.login === us && commit.committer?.login === us })),
    reviews: [...reviews]
      .sort((a, b) => a.id - b.id)
      .flatMap(({ user, state: said, commit_id, dismissed, official }) => {
        const meaning = REVIEWS[said];
        // A stranger's yes is none, nor is a bot's; an objection only stops us, which harms nobody.
        const isPerson = user != null && user.login !== us && !isBot(user.login, deps.bots);
        return meaning === undefined || dismissed || (meaning === 'Approved' && !(official && isPerson)) ? [] : [{ author: user?.login ?? '', state: meaning, headSHA: commit_id }];
      }),
    checks,
  };
}

/** Gitea says only yes or no, and no while it still checks. */
export function isMergeable({ clock, doubts }: StateDeps, repository: string, { number, mergeable, head, base }: PullRequest): boolean | undefined {
  const key = `${repository}#${number}`;
  if (mergeable) {
    doubts.delete(key);
    return true;
  }
  const between = `${base.sha}..${head.sha}`;
  const doubt = doubts.get(key);
  if (doubt?.between === between) return clock.now() - doubt.since >= SURE_AFTER_MS ? false : undefined;
  doubts.set(key, { between, since: clock.now() });
  return undefined;
}

/** Parents before children, whichever way Gitea lists them. */
function oldestFirst(commits: readonly Commit[]): readonly Commit[] {
  const [first] = commits;
  const isNewestFirst = first !== undefined && commits.length > 1 && commits.some(({ sha }) => first.parents?.some((parent) => parent.sha === sha));
  return isNewestFirst ? [...commits].reverse() : commits;
}

async function readChecks(client: GiteaClient, place: string, head: string): Promise<PullRequestState['checks']> {
  const status = await client.find(`${place}/commits/${head}/status`, CombinedStatus);
  if (!status || status.total_count === 0) return 'None';
  return CHECKS[status.state] ?? 'Failing';
}

/** The user of the last close event; a close by a push or a deleted account has none. */
export async function readClosedBy({ client, us, bots }: Pick<StateDeps, 'client' | 'us' | 'bots'>, place: string, number: number): Promise<PullRequestState['closedBy']> {
  const events = await client.list(`${place}/issues/${number}/timeline`, z.array(TimelineEvent));
  const login = events.findLast(({ type }) => type === 'close')?.user?.login;
  if (login === undefined) return undefined;
  return { login, kind: login === (await us()) ? 'Us' : isBot(login, bots) ? 'Bot' : 'Human' };
}

function isBot(login: string, bots: readonly string[]): boolean {
  return bots.includes(login) || login.endsWith('[bot]') || login === 'gitea-actions';
}
