import { type Answer, type Place, type Route, type StandInRequest, type StoredPull, notFound, paged, refused } from './routes.ts';
import { commitOf } from './repositories.ts';

/** Pull requests with reviews, comments and events: repo/pull.go, repo/pull_review.go, repo/issue_comment.go. */
export const pullRoutes: Route = async (request, place) => {
  const { method, path, query } = request;
  const [kind, number, part] = path;
  if (kind === 'pulls' && number === undefined) return method === 'GET' ? listPulls(place, query) : createPull(request, place);
  const pull = place.pulls.find((each) => each.number === Number(number));
  if ((kind !== 'pulls' && kind !== 'issues') || !pull) return kind === 'pulls' || kind === 'issues' ? notFound() : undefined;
  if (kind === 'pulls' && part === undefined) return method === 'GET' ? { status: 200, body: await render(place, pull) } : editPull(request, place, pull);
  if (part === 'merge') return mergePull(request, place, pull);
  if (part === 'commits') return paged(await listCommits(place, pull), query);
  if (part === 'reviews') return method === 'GET' ? paged(pull.reviews.map(renderReview), query) : review(request, place, pull);
  if (part === 'timeline') return paged(pull.events.map(({ type, login, body }) => ({ type, user: { login }, body })), query);
  if (part === 'comments' && method === 'GET') return { status: 200, body: pull.events.filter(({ type }) => type === 'comment').map(({ body }) => ({ body })) };
  if (part === 'comments') return say(request, pull);
  if (part === 'labels' || part === 'requested_reviewers') return { status: 200, body: [] };
  return undefined;
};

async function listPulls(place: Place, query: URLSearchParams): Promise<Answer> {
  return paged(await Promise.all([...place.pulls].reverse().map((pull) => render(place, pull))), query);
}

/** CreatePullRequest: 404 for an unknown branch, 409 while one of the same head and base is open, 422 where there is nothing to merge. */
async function createPull({ body, login }: StandInRequest, place: Place): Promise<Answer> {
  const [branch, base] = [String(body['head']), String(body['base'])];
  const [head, onto] = [await place.git.findHead(branch), await place.git.findHead(base)];
  if (head === undefined || onto === undefined || place.clock.now() < (place.visibleFrom.get(branch) ?? 0)) return notFound();
  if (place.pulls.some((pull) => pull.branch === branch && pull.base === base && pull.state === 'open')) return refused(409, 'pull request already exists for these targets');
  if (await place.git.isAncestor(head, onto)) return refused(422, 'Invalid PullRequest: There are no changes between the head and the base');
  const pull: StoredPull = { number: place.pulls.length + 1, author: login, branch, base, title: String(body['title']), body: String(body['body']), state: 'open', merged: undefined, events: [], reviews: [], checked: '' };
  place.pulls.push(pull);
  return { status: 201, body: await render(place, pull) };
}

/** ToAPIPullRequest. A pull request is not mergeable until a first look made the server check it (StartPullRequestCheckOnView). */
async function render(place: Place, pull: StoredPull): Promise<object> {
  const { head, base } = await sides(place, pull);
  const between = `${base}..${head}`;
  const mergeable = pull.checked === between && (await place.git.merges(base, head));
  pull.checked = between;
  return {
    number: pull.number,
    html_url: `http://gitea.test/${place.name}/pulls/${pull.number}`,
    user: { login: pull.author },
    body: pull.body,
    state: pull.state,
    merged: pull.merged !== undefined,
    merge_commit_sha: pull.merged?.sha ?? null,
    mergeable,
    head: { label: pull.branch, ref: pull.branch, sha: head, repo_id: 1 },
    base: { label: pull.base, ref: pull.base, sha: base, repo_id: 1 },
  };
}

async function sides({ git }: Place, pull: StoredPull): Promise<{ readonly head: string; readonly base: string }> {
  return { head: pull.merged?.head ?? (await git.head(pull.branch)), base: pull.merged?.base ?? (await git.head(pull.base)) };
}

/** EditPullRequest: 412 once it was merged; closing and reopening leave an event each. */
async function editPull({ body, login }: StandInRequest, place: Place, pull: StoredPull): Promise<Answer> {
  if (pull.merged) return refused(412, 'cannot change state of this pull request, it was already merged');
  if (body['state'] === 'closed' && pull.state === 'open') {
    pull.state = 'closed';
    pull.events.push({ type: 'close', login, body: '' });
  }
  return { status: 201, body: await render(place, pull) };
}

/** MergePullRequest: 404 when closed, 405 when merged, while unchecked and on conflicts, 409 when the head is not `head_commit_id`. */
async function mergePull({ body, login }: StandInRequest, place: Place, pull: StoredPull): Promise<Answer> {
  if (pull.merged) return refused(405, 'The PR is already merged');
  if (pull.state === 'closed') return notFound();
  const { head, base } = await sides(place, pull);
  if (pull.checked !== `${base}..${head}` || !(await place.git.merges(base, head))) return refused(405, 'Please try again later');
  if (body['head_commit_id'] !== undefined && body['head_commit_id'] !== head) return refused(409, 'head out of date');
  if (pull.title.startsWith('Guarded') && pull.reviews.length === 0) return refused(405, 'Not ready to be merged, reason: Does not have enough approvals');
  const message = [body['merge_title_field'] ?? pull.title, body['merge_message_field'] ?? ''].join('\n\n').trim();
  const sha = await place.git.createMerge({ base, head, method: 'Squash', message, author: { name: login, email: `${login}@gitea.test` }, at: place.clock.now() });
  if (sha === undefined || !place.git.moveBranch({ branch: pull.base, from: base, to: sha })) return refused(409, 'merge push out of date');
  pull.state = 'closed';
  pull.merged = { sha, head, base };
  pull.events.push({ type: 'merge_pull', login, body: '' });
  return { status: 200 };
}

/** GetPullRequestCommits: newest first, also after the merge. */
async function listCommits(place: Place, pull: StoredPull): Promise<readonly object[]> {
  const { head, base } = await sides(place, pull);
  return Promise.all((await place.git.log({ from: head, without: base, limit: 50 })).map(({ sha }) => commitOf(place, sha)));
}

function renderReview({ id, login, state, head }: StoredPull['reviews'][number]): object {
  return { id, user: { login }, state, commit_id: head, dismissed: false, official: login !== 'stranger' };
}

/** CreatePullReview: 422 for one's own pull request. */
async function review({ body, login }: StandInRequest, place: Place, pull: StoredPull): Promise<Answer> {
  if (login === pull.author) return refused(422, 'approve your own pull is not allowed');
  const { head } = await sides(place, pull);
  pull.reviews.push({ id: pull.reviews.length + 1, login, state: String(body['event']), head });
  return { status: 200, body: {} };
}

/** CreateIssueComment. */
function say({ body, login }: StandInRequest, pull: StoredPull): Answer {
  pull.events.push({ type: 'comment', login, body: String(body['body']) });
  return { status: 201, body: { body: body['body'] } };
}
