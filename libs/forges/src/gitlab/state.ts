import type { Clock } from '@fleetmend/kernel';
import type { PluginLog, PullRequestState, Review } from '@fleetmend/plugin-api';
import { z } from 'zod';
import type { GitLabClient } from './client.ts';
import { projectPath } from './place.ts';
import { Approvals, Commit, type CurrentUser, type MergeRequest, Note, Pipeline, Reviewer, UserDetail, Version } from './schema.ts';

export interface GitLabDeps {
  readonly client: GitLabClient;
  readonly clock: Clock;
  readonly log: PluginLog;
  readonly squash: boolean;
  readonly us: () => Promise<z.infer<typeof CurrentUser>>;
  /** Usernames of bots that GitLab does not know as such. */
  readonly bots: readonly string[];
}

/** GitLab is still finding out ("Merge status", docs.gitlab.com). */
const UNKNOWN = ['unchecked', 'checking', 'preparing', 'approvals_syncing'];
/** Somebody has to do something to the branch. */
const BLOCKED = ['conflict', 'broken_status', 'need_rebase'];
const ENDS: Readonly<Record<string, PullRequestState['checks']>> = { success: 'Passing', skipped: 'Passing', failed: 'Failing', canceled: 'Failing' };

export function mergeRequestPath(repository: string, iid: number): string {
  return `${projectPath(repository)}/merge_requests/${iid}`;
}

/** Everything about one merge request, from as many calls as GitLab needs for it. */
export async function readState(deps: GitLabDeps, repository: string, request: MergeRequest): Promise<PullRequestState> {
  const { client } = deps;
  const at = mergeRequestPath(repository, request.iid);
  const head = request.sha ?? '';
  const [us, commits, reviews, checks] = await Promise.all([
    deps.us(),
    client.list(`${at}/commits`, z.array(Commit)),
    readReviews(deps, at, head),
    readChecks(client, at, request),
  ]);
  const addresses = [us.commit_email, us.email].filter(Boolean);
  const state = request.state === 'merged' ? 'Merged' : request.state === 'closed' ? 'Closed' : 'Open';
  return {
    number: request.iid,
    url: request.web_url,
    branch: request.source_branch,
    base: request.target_branch,
    body: request.description ?? '',
    headSHA: head,
    state,
    closedBy: state === 'Closed' ? await readClosedBy(deps, request) : undefined,
    mergeSHA: state === 'Merged' ? mergeSHA(request) : undefined,
    mergeable: state === 'Open' ? isMergeable(request) : undefined,
    // GitLab lists them newest first, and tells authors by address only.
    commits: [...commits].reverse().map(({ id, message, author_email, committer_email }) => ({ sha: id, message: message.trim(), byUs: addresses.includes(author_email) && addresses.includes(committer_email) })),
    reviews,
    checks,
  };
}

/** What landed on the target: a merge commit, a squash commit where the project fast-forwards, else the head itself. */
export function mergeSHA({ merge_commit_sha, squash_commit_sha, sha }: MergeRequest): string | undefined {
  return merge_commit_sha ?? squash_commit_sha ?? sha ?? undefined;
}

export function isMergeable({ detailed_merge_status: status, has_conflicts }: MergeRequest): boolean | undefined {
  if (status == null || UNKNOWN.includes(status)) return undefined;
  return !BLOCKED.includes(status) && has_conflicts !== true;
}

/**
 * The newest pipeline of the head itself; one of another commit is no yes. A merged results pipeline runs on a commit that GitLab makes of
 * both branches ("Merged results pipelines", docs.gitlab.com), and for which head it ran is not told.
 */
async function readChecks(client: GitLabClient, at: string, { sha, head_pipeline, detailed_merge_status }: MergeRequest): Promise<PullRequestState['checks']> {
  const listed = [...(await client.list(`${at}/pipelines`, z.array(Pipeline))), ...(head_pipeline ? [head_pipeline] : [])];
  const [newest] = listed.filter((pipeline) => pipeline.sha === sha).sort((a, b) => b.id - a.id);
  // The project wants a pipeline, and none of this head is there yet.
  const state = newest ? (ENDS[newest.status] ?? 'Pending') : detailed_merge_status?.startsWith('ci_') ? 'Pending' : 'None';
  const isOfOthers = listed.some((pipeline) => pipeline.sha !== sha);
  return isOfOthers && state !== 'Failing' ? 'Pending' : state;
}

/**
 * GitLab does not say for which head an approval was given, so its time is held against the pushes: the head is that of the last version
 * from before. An approval whose time is unknown counts for no head, and one by a bot for no person.
 */
async function readReviews(deps: GitLabDeps, at: string, head: string): Promise<readonly Review[]> {
  const { client } = deps;
  const [approvals, reviewers, versions, notes] = await Promise.all([
    client.find(`${at}/approvals`, Approvals),
    client.list(`${at}/reviewers`, z.array(Reviewer)),
    client.list(`${at}/versions`, z.array(Version)),
    client.list(`${at}/notes?sort=desc&order_by=created_at`, z.array(Note)),
  ]);
  const headAt = (time: string | undefined): string => (time === undefined ? undefined : versions.find(({ created_at }) => Date.parse(created_at) <= Date.parse(time)))?.head_commit_sha ?? '';
  const saidAt = (username: string) => notes.find(({ system, body, author }) => system && body.startsWith('approved this merge request') && author?.username === username)?.created_at;
  const people = await Promise.all((approvals?.approved_by ?? []).map(async (one) => ((await whoIs(deps, one.user)) === 'Human' ? [one] : [])));
  const yes = people.flat().map(({ user, approved_at }) => ({ author: user.username, state: 'Approved' as const, headSHA: headAt(approved_at ?? saidAt(user.username)) }));
  const no = reviewers.filter(({ state }) => state === 'requested_changes').map(({ user }) => ({ author: user.username, state: 'ChangesRequested' as const, headSHA: head }));
  return [...yes, ...no];
}

export async function readClosedBy(deps: GitLabDeps, { closed_by }: MergeRequest): Promise<PullRequestState['closedBy']> {
  return closed_by ? { login: closed_by.username, kind: await whoIs(deps, closed_by) } : undefined;
}

async function whoIs({ client, us, bots }: GitLabDeps, { id, username }: { readonly id: number; readonly username: string }): Promise<'Us' | 'Bot' | 'Human'> {
  if (username === (await us()).username) return 'Us';
  return bots.includes(username) || (await client.find(`/users/${id}`, UserDetail))?.bot === true ? 'Bot' : 'Human';
}
