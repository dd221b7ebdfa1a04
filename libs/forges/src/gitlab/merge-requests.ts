import { PermanentError, messageOf } from '@fleetmend/kernel';
import type { Forge, MergeResult, PullRequestDraft, PullRequestState } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { projectPath } from './place.ts';
import { MergeRequest, Note, Users } from './schema.ts';
import { type GitLabDeps, isMergeable, mergeRequestPath, mergeSHA, readClosedBy, readState } from './state.ts';

const LOOKS = 10;
const LOOK_EVERY_MS = 1000;

/** Those of the project's own branch, in all states, newest first; never of a fork's branch of that name. */
async function requestsOfBranch({ client }: GitLabDeps, { repository, branch }: { readonly repository: string; readonly branch: string }): Promise<readonly MergeRequest[]> {
  const found = await client.list(`${projectPath(repository)}/merge_requests?state=all&source_branch=${encodeURIComponent(branch)}&order_by=created_at&sort=desc`, z.array(MergeRequest));
  return found.filter((each) => each.source_branch === branch && each.source_project_id === each.target_project_id).sort((a, b) => b.iid - a.iid);
}

function readRequest({ client }: GitLabDeps, repository: string, iid: number): Promise<MergeRequest> {
  return client.read(mergeRequestPath(repository, iid), MergeRequest);
}

export async function readPullRequest(deps: GitLabDeps, reference: { readonly repository: string; readonly branch: string }): Promise<PullRequestState | undefined> {
  const [newest] = await requestsOfBranch(deps, reference);
  return newest && readState(deps, reference.repository, await readRequest(deps, reference.repository, newest.iid));
}

export async function openPullRequest(deps: GitLabDeps, draft: PullRequestDraft): Promise<PullRequestState> {
  const { repository, branch, base, title, body, labels } = draft;
  const known = await findOurs(deps, draft);
  if (known) return readState(deps, repository, await readRequest(deps, repository, known.iid));
  const reviewers = await reviewerIds(deps, draft);
  const order = { source_branch: branch, target_branch: base, title, description: body, labels: labels.join(','), squash: deps.squash, remove_source_branch: false, ...(reviewers.length > 0 ? { reviewer_ids: reviewers } : {}) };
  // 409: somebody opened one just now.
  const { data, status, message } = await deps.client.call({ method: 'POST', path: `${projectPath(repository)}/merge_requests`, body: order, schema: MergeRequest, allow: [400, 409, 422] });
  if (data) return readState(deps, repository, data);
  if (status !== 409) throw new PermanentError('NothingToMerge', `GitLab opens no merge request of ${branch} into ${base} of ${repository}: ${message}`);
  const rival = await findOurs(deps, draft);
  if (!rival) throw new Error(`GitLab says that a merge request of ${branch} in ${repository} exists, and does not list it yet`);
  return readState(deps, repository, await readRequest(deps, repository, rival.iid));
}

/** @throws PermanentError `PullRequestTaken` when somebody else's is open for our branch. */
async function findOurs(deps: GitLabDeps, { repository, branch, marker }: PullRequestDraft): Promise<MergeRequest | undefined> {
  const known = await requestsOfBranch(deps, { repository, branch });
  for (const each of known.filter(({ description }) => description?.includes(marker))) {
    if (each.state !== 'closed' || (await readClosedBy(deps, each))?.kind !== 'Us') return each;
  }
  const theirs = known.find(({ state }) => state === 'opened' || state === 'locked');
  if (!theirs) return undefined;
  throw new PermanentError('PullRequestTaken', `merge request ${theirs.iid} of ${repository} is open for branch ${branch} and is not ours: close it, or leave the repair to whoever opened it`);
}

/** Reviewers go by id; whoever is not found is left out, for that is not worth failing for. GitLab has no teams to ask. */
async function reviewerIds({ client, log }: GitLabDeps, { repository, reviewers }: PullRequestDraft): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const username of reviewers.users) {
    try {
      const [user] = await client.read(`/users?username=${encodeURIComponent(username)}`, Users);
      if (user) ids.push(user.id);
      else log.warn('a reviewer is not known to GitLab', { repository, username });
    } catch (error) {
      log.warn('a reviewer could not be looked up', { repository, username, error: messageOf(error) });
    }
  }
  return ids;
}

/**
 * Merges at the expected head. Of the refusals ("Merge a merge request", docs.gitlab.com) 401 is a right that the user lacks, 405 a rule or
 * a draft, 409 another head, 422 a merge that failed.
 */
export async function mergePullRequest(deps: GitLabDeps, { repository, number, expectedHead, message }: Parameters<Forge['mergePullRequest']>[0]): Promise<MergeResult> {
  const { client, clock, squash } = deps;
  const body = { sha: expectedHead, squash, should_remove_source_branch: false, ...(squash ? { squash_commit_message: message } : {}), merge_commit_message: message };
  for (let look = 0; look < LOOKS; look += 1) {
    const request = await readRequest(deps, repository, number);
    const landed = mergeSHA(request);
    if (request.state === 'merged' && landed !== undefined) return { merged: true, sha: landed };
    if (request.state === 'closed') return refused('NotMergeable', `merge request ${number} of ${repository} is closed`);
    if (request.state === 'opened' && request.sha !== expectedHead) return refused('HeadMoved', `the head of merge request ${number} is ${request.sha ?? 'gone'}, not ${expectedHead}`);
    if (isMergeable(request) === false) return refused('NotMergeable', `merge request ${number} of ${repository} cannot be merged: ${request.detailed_merge_status ?? 'conflict'}`);
    if (request.state === 'opened' && isMergeable(request) === true) {
      const answer = await client.call({ method: 'PUT', path: `${mergeRequestPath(repository, number)}/merge`, body, schema: MergeRequest, allow: [401, 405, 409, 422] });
      if (answer.status === 409) return refused('HeadMoved', answer.message);
      if (answer.status === 401 || answer.status === 405) return refused('NotAllowed', `${answer.message} (${request.detailed_merge_status ?? 'unknown'})`);
      if (answer.status === 422) return refused('NotMergeable', answer.message);
      const sha = answer.data?.state === 'merged' ? mergeSHA(answer.data) : undefined;
      if (sha !== undefined) return { merged: true, sha };
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  return refused('NotMergeable', `GitLab still finds out whether merge request ${number} of ${repository} can be merged`);
}

function refused(reason: 'HeadMoved' | 'NotMergeable' | 'NotAllowed', message: string): MergeResult {
  return { merged: false, reason, message };
}

export async function updatePullRequest(deps: GitLabDeps, { repository, number, comment, close = false }: Parameters<Forge['updatePullRequest']>[0]): Promise<void> {
  const { client } = deps;
  const at = mergeRequestPath(repository, number);
  if (comment) {
    const said = await client.list(`${at}/notes`, z.array(Note));
    const mark = comment.marker.startsWith('<!--') ? comment.marker : `<!-- ${comment.marker} -->`;
    if (!said.some(({ body }) => body.includes(mark))) await client.call({ method: 'POST', path: `${at}/notes`, body: { body: `${comment.body}\n\n${mark}` } });
  }
  if (!close || (await readRequest(deps, repository, number)).state !== 'opened') return;
  // 422: it was merged meanwhile, and merged is final.
  await client.call({ method: 'PUT', path: at, body: { state_event: 'close' }, allow: [422] });
}
