import { commitOf } from './repositories.ts';
import { type Answer, type Place, type Route, type StandInRequest, type StoredRequest, notFound, paged, refused, userOf } from './routes.ts';

/** docs.gitlab.com, REST API: "Merge requests", "Merge request approvals", "Notes". */
export const mergeRequestRoutes: Route = async (request, place) => {
  const { method, path, query } = request;
  const [kind, iid = '', part] = path;
  if (kind !== 'merge_requests') return undefined;
  if (iid === '') return method === 'GET' ? listRequests(place, query) : createRequest(request, place);
  const found = place.requests.find((each) => String(each.iid) === iid);
  if (!found) return notFound();
  const { head } = await sides(place, found);
  if (part === undefined) return method === 'GET' ? { status: 200, body: await render(place, found, { looks: true }) } : editRequest(request, place, found);
  if (part === 'merge') return merge(request, place, found);
  if (part === 'commits') return paged(await listCommits(place, found), query);
  if (part === 'approvals') return { status: 200, body: { approved_by: [...found.approvals].map((username) => ({ user: userOf(username) })) } };
  if (part === 'reviewers') return paged([...found.objections].map((username) => ({ user: userOf(username), state: 'requested_changes' })), query);
  if (part === 'versions') return paged([...found.versions].reverse(), query);
  if (part === 'pipelines') return paged(place.pipelines.filter(({ sha }) => sha === head || found.versions.some(({ head_commit_sha }) => head_commit_sha === sha)), query);
  if (part === 'notes') return method === 'GET' ? paged(query.get('sort') === 'desc' ? [...found.notes].reverse() : found.notes, query) : { status: 201, body: note(place, found, { body: String(request.body['body']), username: request.username }) };
  if (part === 'approve') return approve(request, place, found);
  return undefined;
};

function note({ clock }: Place, request: StoredRequest, { body, username, system = false }: { readonly body: string; readonly username: string; readonly system?: boolean }): object {
  const made = { id: request.notes.length + 1, body, system, created_at: new Date(clock.now()).toISOString(), author: userOf(username) };
  request.notes.push(made);
  return made;
}

async function listRequests(place: Place, query: URLSearchParams): Promise<Answer> {
  const found = [...place.requests].reverse().filter(({ branch, state }) => branch === query.get('source_branch') && (query.get('state') === 'all' || state === 'opened'));
  return paged(await Promise.all(found.map((each) => render(place, each, { looks: false }))), query);
}

/** "Create MR": 409 while one of the same branches is open. */
async function createRequest({ body, username }: StandInRequest, place: Place): Promise<Answer> {
  const [branch, base] = [String(body['source_branch']), String(body['target_branch'])];
  if ((await place.git.findHead(branch)) === undefined) return refused(400, { source_branch: ['does not exist'] });
  const rival = place.requests.find((each) => each.branch === branch && each.base === base && each.state === 'opened');
  if (rival) return refused(409, [`Another open merge request already exists for this source branch: !${rival.iid}`]);
  const request: StoredRequest = { iid: place.requests.length + 1, author: username, branch, base, title: String(body['title']), description: String(body['description']), labels: String(body['labels'] ?? ''), reviewerIds: (body['reviewer_ids'] ?? []) as readonly number[], state: 'opened', closedBy: undefined, merged: undefined, notes: [], versions: [], approvals: new Set(), objections: new Set(), checked: '' };
  place.requests.push(request);
  return { status: 201, body: await render(place, request, { looks: true }) };
}

/** "Single merge request response notes": the merge status is computed after somebody asked. */
async function render(place: Place, request: StoredRequest, { looks }: { readonly looks: boolean }): Promise<object> {
  const { head, base } = await sides(place, request);
  const between = `${base}..${head}`;
  const isChecked = request.checked === between;
  const merges = await place.git.merges(base, head);
  if (looks) request.checked = between;
  const guarded = request.title.startsWith('Guarded') && request.approvals.size === 0;
  const open = !merges ? 'conflict' : guarded ? 'not_approved' : request.title.startsWith('Piped') && !place.pipelines.some(({ sha }) => sha === head) ? 'ci_must_pass' : 'mergeable';
  return {
    iid: request.iid,
    web_url: `https://gitlab.test/${place.name}/-/merge_requests/${request.iid}`,
    source_branch: request.branch,
    target_branch: request.base,
    source_project_id: place.id,
    target_project_id: place.id,
    description: request.description,
    state: request.state,
    sha: head,
    merge_commit_sha: null,
    squash_commit_sha: request.merged?.sha ?? null,
    has_conflicts: isChecked && !merges,
    detailed_merge_status: request.state !== 'opened' ? 'not_open' : isChecked ? open : 'checking',
    closed_by: request.closedBy === undefined ? null : userOf(request.closedBy),
    head_pipeline: null,
  };
}

/** Also notes every new head as a version, as a push would. */
async function sides({ git, clock }: Place, request: StoredRequest): Promise<{ readonly head: string; readonly base: string }> {
  const [head, base] = [request.merged?.head ?? (await git.head(request.branch)), request.merged?.base ?? (await git.head(request.base))];
  if (request.versions.at(-1)?.head_commit_sha !== head) request.versions.push({ head_commit_sha: head, created_at: new Date(clock.now()).toISOString() });
  return { head, base };
}

async function editRequest({ body, username }: StandInRequest, place: Place, request: StoredRequest): Promise<Answer> {
  if (body['state_event'] === 'close' && request.state === 'opened') Object.assign(request, { state: 'closed', closedBy: username });
  return { status: 200, body: await render(place, request, { looks: false }) };
}

/** "Merge a merge request": 405 for what the rules forbid, 409 for another head, 422 for a merge that fails. */
async function merge({ body }: StandInRequest, place: Place, request: StoredRequest): Promise<Answer> {
  if (request.state !== 'opened') return refused(405, '405 Method Not Allowed');
  const { head, base } = await sides(place, request);
  if (body['sha'] !== undefined && body['sha'] !== head) return refused(409, `SHA does not match HEAD of source branch: ${head}`);
  if (request.title.startsWith('Guarded') && request.approvals.size === 0) return refused(405, '405 Method Not Allowed');
  if (request.title.startsWith('Locked')) return refused(401, '401 Unauthorized');
  const message = String(body['squash_commit_message'] ?? request.title);
  const sha = await place.git.createMerge({ base, head, method: 'Squash', message, author: { name: 'gitlab', email: 'noreply@gitlab.test' }, at: place.clock.now() });
  if (sha === undefined || !place.git.moveBranch({ branch: request.base, from: base, to: sha })) return refused(422, 'Branch cannot be merged');
  Object.assign(request, { state: 'merged', merged: { sha, head, base } });
  return { status: 200, body: await render(place, request, { looks: false }) };
}

/** Newest first. */
async function listCommits(place: Place, request: StoredRequest): Promise<readonly object[]> {
  const { head, base } = await sides(place, request);
  return Promise.all((await place.git.log({ from: head, without: base, limit: 50 })).map(({ sha }) => commitOf(place, sha)));
}

/** "Approve merge request": leaves a system note. */
function approve({ username }: StandInRequest, place: Place, request: StoredRequest): Answer {
  request.approvals.add(username);
  note(place, request, { body: 'approved this merge request', username, system: true });
  return { status: 201, body: {} };
}
