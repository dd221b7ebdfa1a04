import { usersOf } from './git-data.ts';
import { type Answer, type Place, type Route, type StandInRequest, type StoredPull, notFound, paged, refused, userOf } from './routes.ts';

/** Pull requests, reviews and comments: docs.github.com, REST API, "Pulls", "Issues". */
export const pullRoutes: Route = async (request, place) => {
  const { method, path, query } = request;
  const [kind = '', number = '', part] = path;
  if (kind === 'pulls' && number === '') return method === 'GET' ? listPulls(place, query) : createPull(request, place);
  const pull = place.pulls.find((each) => String(each.number) === number);
  if (!pull) return kind === 'pulls' || kind === 'issues' ? notFound() : undefined;
  if (kind === 'pulls' && part === undefined) return method === 'GET' ? { status: 200, body: await render(place, pull) } : editPull(request, place, pull);
  if (kind === 'issues' && part === undefined) return { status: 200, body: { number: pull.number, closed_by: pull.closedBy === undefined ? null : userOf(pull.closedBy) } };
  if (part === 'merge') return mergePull(request, place, pull);
  if (part === 'commits') return paged(await listCommits(place, pull), query);
  if (part === 'reviews') return method === 'GET' ? paged(pull.reviews.map(({ id, login, state, head, association }) => ({ id, user: userOf(login), state, commit_id: head, author_association: association })), query) : review(request, place, pull);
  if (part === 'comments') return comment(request, pull);
  if (part === 'labels') return { status: 200, body: pull.labels.push(...(request.body['labels'] as readonly string[])) };
  if (part === 'requested_reviewers') return requestReviewers(request, pull);
  return undefined;
};

/** "List pull requests": `head` is `user:ref-name`; newest first by default. */
async function listPulls(place: Place, query: URLSearchParams): Promise<Answer> {
  const [owner, branch] = (query.get('head') ?? ':').split(':');
  const found = [...place.pulls].reverse().filter((pull) => owner === place.owner && pull.branch === branch && (query.get('state') === 'all' || pull.state === 'open'));
  const all = await Promise.all(found.map((pull) => render(place, pull, { looks: false })));
  // A list has neither `merged` nor `mergeable`.
  return paged(all.map((each) => ({ ...each, merged: undefined, mergeable: undefined })), query);
}

/** "Create a pull request": 422 for what cannot be, with the reason among `errors`. */
async function createPull({ body, login }: StandInRequest, place: Place): Promise<Answer> {
  const [branch, base] = [String(body['head']), String(body['base'])];
  const [head, onto] = [await place.git.findHead(branch), await place.git.findHead(base)];
  const invalid = (message: string): Answer => ({ status: 422, body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] } });
  if (head === undefined || onto === undefined) return invalid(`head or base is invalid: ${branch}`);
  if (await place.git.isAncestor(head, onto)) return invalid(`No commits between ${base} and ${branch}`);
  // Nothing is awaited from here to the push: GitHub lets only one of two that ask at once through.
  if (place.pulls.some((pull) => pull.branch === branch && pull.base === base && pull.state === 'open')) return invalid(`A pull request already exists for ${place.owner}:${branch}.`);
  const pull: StoredPull = { number: place.pulls.length + 1, author: login, branch, base, title: String(body['title']), body: String(body['body']), state: 'open', closedBy: undefined, merged: undefined, comments: [], labels: [], reviewers: [], reviews: [], checked: '' };
  place.pulls.push(pull);
  return { status: 201, body: await render(place, pull) };
}

/** "Get a pull request": `mergeable` is null until the background job that the first look started has ended. */
async function render(place: Place, pull: StoredPull, { looks }: { readonly looks: boolean } = { looks: true }) {
  const { head, base } = await sides(place, pull);
  const between = `${base}..${head}`;
  const mergeable = pull.checked === between ? await place.git.merges(base, head) : null;
  if (looks) pull.checked = between;
  const repo = { full_name: place.name };
  return {
    number: pull.number,
    html_url: `https://github.test/${place.name}/pull/${pull.number}`,
    user: userOf(pull.author),
    body: pull.body,
    state: pull.state,
    merged: pull.merged !== undefined,
    merged_at: pull.merged ? '2026-01-01T00:00:00Z' : null,
    merge_commit_sha: pull.merged?.sha ?? 'f'.repeat(40),
    mergeable: pull.state === 'open' ? mergeable : null,
    head: { ref: pull.branch, sha: head, repo },
    base: { ref: pull.base, sha: base, repo },
  };
}

async function sides({ git }: Place, pull: StoredPull): Promise<{ readonly head: string; readonly base: string }> {
  return { head: pull.merged?.head ?? (await git.head(pull.branch)), base: pull.merged?.base ?? (await git.head(pull.base)) };
}

/** "Update a pull request": 422 for the state of a merged one. */
async function editPull({ body, login }: StandInRequest, place: Place, pull: StoredPull): Promise<Answer> {
  if (pull.merged) return refused(422, 'Validation Failed');
  if (body['state'] === 'closed' && pull.state === 'open') Object.assign(pull, { state: 'closed', closedBy: login });
  return { status: 200, body: await render(place, pull) };
}

/** "Merge a pull request": 405 if it cannot be merged, 409 if `sha` is not the head. */
async function mergePull({ body, login }: StandInRequest, place: Place, pull: StoredPull): Promise<Answer> {
  if (pull.merged || pull.state === 'closed') return refused(405, 'Pull Request is not mergeable');
  const { head, base } = await sides(place, pull);
  if (body['sha'] !== undefined && body['sha'] !== head) return refused(409, 'Head branch was modified. Review and try the merge again.');
  if (!(await place.git.merges(base, head))) return refused(405, 'Pull Request is not mergeable');
  if (pull.title.startsWith('Guarded') && pull.reviews.length === 0) return refused(405, 'At least 1 approving review is required by reviewers with write access.');
  if (body['merge_method'] === 'rebase') return refused(422, 'Validation Failed');
  const message = [body['commit_title'] ?? pull.title, body['commit_message'] ?? ''].join('\n\n').trim();
  const sha = await place.git.createMerge({ base, head, method: 'Squash', message, author: { name: login, email: `${login}@users.noreply.github.test` }, at: place.clock.now() });
  if (sha === undefined || !place.git.moveBranch({ branch: pull.base, from: base, to: sha })) return refused(405, 'Base branch was modified. Review and try the merge again.');
  Object.assign(pull, { state: 'closed', closedBy: login, merged: { sha, head, base } });
  return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
}

/** "List commits on a pull request": oldest first. */
async function listCommits(place: Place, pull: StoredPull): Promise<readonly object[]> {
  const { head, base } = await sides(place, pull);
  const commits = await place.git.log({ from: head, without: base, limit: 50 });
  return [...commits].reverse().map(({ sha, message, author }) => ({ sha, commit: { message }, ...usersOf(author) }));
}

/** "Create a review": 422 for one's own pull request. */
async function review({ body, login }: StandInRequest, place: Place, pull: StoredPull): Promise<Answer> {
  if (login === pull.author) return refused(422, 'Can not approve your own pull request');
  const { head } = await sides(place, pull);
  const state = body['event'] === 'APPROVE' ? 'APPROVED' : 'CHANGES_REQUESTED';
  pull.reviews.push({ id: pull.reviews.length + 1, login, state, head, association: login === place.owner ? 'OWNER' : 'NONE' });
  return { status: 200, body: {} };
}

function comment({ method, body, query }: StandInRequest, pull: StoredPull): Answer {
  if (method === 'GET') return paged(pull.comments.map((text) => ({ body: text })), query);
  pull.comments.push(String(body['body']));
  return { status: 201, body: { body: body['body'] } };
}

/** "Request reviewers": 422 for somebody who is no collaborator. */
function requestReviewers({ body }: StandInRequest, pull: StoredPull): Answer {
  const wanted = body['reviewers'] as readonly string[];
  if (wanted.includes('stranger')) return refused(422, 'Reviews may only be requested from collaborators.');
  pull.reviewers.push(...wanted);
  return { status: 201, body: {} };
}
