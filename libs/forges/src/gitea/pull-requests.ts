import { PermanentError, messageOf } from '@fleetmend/kernel';
import type { MergeResult, PluginLog, PullRequestDraft, PullRequestState } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { repositoryPath } from './place.ts';
import { Comment, Label, PullRequest } from './schema.ts';
import { type StateDeps, isMergeable, readClosedBy, readState } from './state.ts';

export interface PullRequestDeps extends StateDeps {
  readonly log: PluginLog;
  readonly mergeMethod: 'squash' | 'merge';
}

const LOOKS = 24;
const LOOK_EVERY_MS = 250;

/** Those of the repository's own branch, never of a fork's branch of that name; newest first. Gitea cannot be asked by head branch, so its list, which is newest first too, is read and filtered. */
async function pullsOfBranch({ client }: StateDeps, { repository, branch, newestOnly = false }: { readonly repository: string; readonly branch: string; readonly newestOnly?: boolean }): Promise<readonly PullRequest[]> {
  const isOurs = ({ head, base }: PullRequest) => head.label === branch && head.repo_id === base.repo_id;
  const pulls = await client.list(`${repositoryPath(repository)}/pulls?state=all`, z.array(PullRequest), { enough: (read) => newestOnly && read.some(isOurs) });
  return pulls.filter(isOurs).sort((a, b) => b.number - a.number);
}

export async function readPullRequest(deps: StateDeps, { repository, branch }: { readonly repository: string; readonly branch: string }): Promise<PullRequestState | undefined> {
  const [newest] = await pullsOfBranch(deps, { repository, branch, newestOnly: true });
  return newest && readState(deps, repository, newest);
}

export async function openPullRequest(deps: PullRequestDeps, draft: PullRequestDraft): Promise<PullRequestState> {
  const { client, clock } = deps;
  const { repository, branch, base, title, body } = draft;
  for (let look = 0; look < LOOKS; look += 1) {
    const known = await findOurs(deps, draft);
    if (known) return readState(deps, repository, known);
    // 404: the branch is not visible yet; 409: somebody opened one just now.
    const { data, status, message } = await client.call({ method: 'POST', path: `${repositoryPath(repository)}/pulls`, body: { title, head: branch, base, body }, schema: PullRequest, allow: [404, 409, 422] });
    if (status === 422) throw new PermanentError('NothingToMerge', `Gitea opens no pull request of ${branch} into ${base} of ${repository}: ${message}`);
    if (data) {
      await decorate(deps, draft, data.number);
      return readState(deps, repository, (await findOurs(deps, draft)) ?? data);
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  throw new Error(`Gitea opened no pull request of ${branch} in ${repository}: the branch did not show up`);
}

/**
 * Gitea lets two that ask at the same moment open one each. The newest stays, which is also the one that is read from then on: whoever
 * comes later sees the older ones and closes them.
 * @throws PermanentError `PullRequestTaken` when somebody else's is open for our branch.
 */
async function findOurs(deps: PullRequestDeps, { repository, branch, marker }: PullRequestDraft): Promise<PullRequest | undefined> {
  const known = await pullsOfBranch(deps, { repository, branch });
  const ours = known.filter(({ body }) => body.includes(marker));
  for (const { number } of ours.filter(({ state }) => state === 'open').slice(1)) await updatePullRequest(deps, { repository, number, close: true });
  for (const pull of ours) {
    const isClosed = pull.state === 'closed' && !pull.merged;
    if (!isClosed || (await readClosedBy(deps, repositoryPath(repository), pull.number))?.kind !== 'Us') return pull;
  }
  const theirs = known.find(({ state }) => state === 'open');
  if (!theirs) return undefined;
  throw new PermanentError('PullRequestTaken', `pull request ${theirs.number} of ${repository} is open for branch ${branch} and is not ours: close it, or leave the repair to whoever opened it`);
}

/** Labels that exist, and reviewers. Neither is worth failing for: the pull request is open already. */
async function decorate({ client, log }: PullRequestDeps, { repository, labels, reviewers }: PullRequestDraft, number: number): Promise<void> {
  const place = repositoryPath(repository);
  try {
    const known = labels.length === 0 ? [] : await client.list(`${place}/labels`, z.array(Label));
    const ids = known.filter(({ name }) => labels.includes(name)).map(({ id }) => id);
    if (ids.length > 0) await client.call({ method: 'POST', path: `${place}/issues/${number}/labels`, body: { labels: ids } });
    if (reviewers.users.length + reviewers.teams.length > 0) {
      await client.call({ method: 'POST', path: `${place}/pulls/${number}/requested_reviewers`, body: { reviewers: reviewers.users, team_reviewers: reviewers.teams } });
    }
  } catch (error) {
    log.warn('labels or reviewers could not be set', { repository, number, error: messageOf(error) });
  }
}

export async function mergePullRequest(deps: PullRequestDeps, { repository, number, expectedHead, message }: { readonly repository: string; readonly number: number; readonly expectedHead: string; readonly message: string }): Promise<MergeResult> {
  const { client, clock, mergeMethod } = deps;
  const path = `${repositoryPath(repository)}/pulls/${number}`;
  const [title = '', ...rest] = message.split('\n');
  const body = { do: mergeMethod, head_commit_id: expectedHead, merge_title_field: title, merge_message_field: rest.join('\n').trim() };
  for (let look = 0; look < LOOKS; look += 1) {
    const pull = await client.read(path, PullRequest);
    if (pull.merged && pull.merge_commit_sha) return { merged: true, sha: pull.merge_commit_sha };
    if (!pull.merged && pull.state === 'closed') return refused('NotMergeable', `pull request ${number} of ${repository} is closed`);
    if (!pull.merged && pull.head.sha !== expectedHead) return refused('HeadMoved', `the head of pull request ${number} is ${pull.head.sha}, not ${expectedHead}`);
    const answer = await client.call({ method: 'POST', path: `${path}/merge`, body, allow: [404, 405, 409] });
    if (answer.status === 409) return refused(/head out of date/.test(answer.message) ? 'HeadMoved' : 'NotMergeable', answer.message);
    // Gitea says the same while it checks and when there is a conflict; only time tells them apart.
    const mayBeChecking = answer.status === 405 && /try again later/i.test(answer.message);
    if (mayBeChecking && isMergeable(deps, repository, pull) === false) return refused('NotMergeable', `pull request ${number} of ${repository} conflicts with its base`);
    if (answer.status === 405 && !mayBeChecking && !/already merged/i.test(answer.message)) return refused('NotAllowed', answer.message);
    await clock.sleep(LOOK_EVERY_MS);
  }
  return refused('NotMergeable', `Gitea still checks whether pull request ${number} of ${repository} can be merged`);
}

function refused(reason: 'HeadMoved' | 'NotMergeable' | 'NotAllowed', message: string): MergeResult {
  return { merged: false, reason, message };
}

export async function updatePullRequest({ client }: PullRequestDeps, { repository, number, comment, close = false }: { readonly repository: string; readonly number: number; readonly comment?: { readonly marker: string; readonly body: string }; readonly close?: boolean }): Promise<void> {
  const place = repositoryPath(repository);
  if (comment) {
    const said = await client.list(`${place}/issues/${number}/comments`, z.array(Comment));
    const mark = comment.marker.startsWith('<!--') ? comment.marker : `<!-- ${comment.marker} -->`;
    if (!said.some(({ body }) => body.includes(mark))) await client.call({ method: 'POST', path: `${place}/issues/${number}/comments`, body: { body: `${comment.body}\n\n${mark}` } });
  }
  if (!close) return;
  const pull = await client.read(`${place}/pulls/${number}`, PullRequest);
  // 412: it was merged meanwhile, and merged is final.
  if (pull.state === 'open') await client.call({ method: 'PATCH', path: `${place}/pulls/${number}`, body: { state: 'closed' }, allow: [412] });
}
