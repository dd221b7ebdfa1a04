import { createHash } from 'node:crypto';
import { type Answer, LAG_MS, type Place, type Route, notFound, refused } from './routes.ts';

interface FileChange {
  readonly operation: string;
  readonly path: string;
  readonly content: string;
  readonly sha?: string;
}

/** Branches, files and commits: repo/branch.go, repo/file.go and repo/commits.go, repo/status.go. */
export const repositoryRoutes: Route = async (request, place) => {
  const { method, path, query, body } = request;
  const [kind = '', ...rest] = path;
  const tail = rest.join('/');
  if (path.length === 0) return { status: 200, body: { full_name: place.name, default_branch: 'main' } };
  if (kind === 'branches' && method === 'GET') return readBranch(place, tail);
  if (kind === 'branches') return createBranch(place, { name: String(body['new_branch_name']), from: String(body['old_ref_name']) });
  if (kind === 'contents' && method === 'GET') return readContents(place, tail, query.get('ref') ?? 'main');
  if (kind === 'contents') return changeFiles(place, { branch: String(body['branch']), message: String(body['message']), files: body['files'] as readonly FileChange[], login: request.login });
  if (kind === 'git' && rest[0] === 'commits') return { status: 200, body: await commitOf(place, rest[1] ?? '') };
  if (kind === 'commits' && rest[1] === 'status') return { status: 200, body: { state: 'pending', total_count: 0 } };
  if (kind === 'labels') return { status: 200, body: [{ id: 1, name: 'fleetmend' }] };
  return undefined;
};

/** GetBranch: a branch is known once the push was recorded, a moment after it happened. */
async function readBranch(place: Place, name: string): Promise<Answer> {
  const head = await place.git.findHead(name);
  if (head === undefined || !isVisible(place, name)) return notFound();
  return { status: 200, body: { name, commit: { id: head }, protected: name === 'main' } };
}

/** CreateBranch: `old_ref_name` may be a commit; 409 when there is one of that name. */
async function createBranch(place: Place, { name, from }: { readonly name: string; readonly from: string }): Promise<Answer> {
  if ((await place.git.findHead(name)) !== undefined) return refused(409, 'The branch already exists.');
  place.git.moveBranch({ branch: name, from: undefined, to: from });
  place.visibleFrom.set(name, place.clock.now() + LAG_MS);
  return { status: 201, body: { name, commit: { id: from }, protected: false } };
}

/** GetContents. */
async function readContents(place: Place, path: string, ref: string): Promise<Answer> {
  const head = /^[0-9a-f]{40}$/.test(ref) ? ref : await place.git.findHead(ref);
  const text = head === undefined ? undefined : (await place.git.files(head, path)).get(path);
  if (text === undefined) return notFound();
  return { status: 200, body: { type: 'file', path, sha: blobId(text), encoding: 'base64', content: Buffer.from(text).toString('base64') } };
}

/** ChangeFiles: 404 for an unknown branch, 403 for a protected one, 422 when a file is not the one that `sha` names; the message is trimmed. */
async function changeFiles(place: Place, change: { readonly branch: string; readonly message: string; readonly files: readonly FileChange[]; readonly login: string }): Promise<Answer> {
  const { branch, message, files, login } = change;
  const head = await place.git.findHead(branch);
  if ((head === undefined && branch !== 'main') || !isVisible(place, branch)) return refused(404, `branch does not exist [repo_id: 1 name: ${branch}]`);
  if (branch === 'main' && login !== place.owner) return refused(403, `branch main is protected from pushes by ${login}`);
  const existing = head === undefined ? new Map<string, string>() : await place.git.files(head, '');
  for (const { operation, path, sha } of files) {
    const text = existing.get(path);
    if (operation === 'create' && text !== undefined) return refused(422, `repository file already exists [path: ${path}]`);
    if (operation === 'update' && (text === undefined || blobId(text) !== sha)) return refused(422, `sha does not match [given: ${sha ?? ''}]`);
  }
  const contents = new Map(files.map(({ path, content }) => [path, Buffer.from(content, 'base64').toString()]));
  const sha = await place.git.createCommit({ parent: head, files: contents, message: message.trim(), author: { name: login, email: `${login}@gitea.test` }, at: place.clock.now() });
  // A push of its own behind the scenes: whoever comes second is out of date.
  if (!place.git.moveBranch({ branch, from: head, to: sha })) return refused(500, 'push out of date');
  return { status: 201, body: { commit: { sha, parents: head === undefined ? [] : [{ sha: head }] }, verification: { verified: false, reason: 'gpg.error.not_signed_commit' } } };
}

/** GetSingleCommit: author and committer are the users of the commit's addresses. */
export async function commitOf(place: Place, sha: string): Promise<object> {
  const [commit] = await place.git.log({ from: sha, limit: 1 });
  const user = { login: /<([^@]+)@/.exec(commit?.author ?? '')?.[1] ?? '' };
  const [parent] = commit?.parents ?? [];
  const [now, before] = [await place.git.files(sha, ''), parent === undefined ? new Map<string, string>() : await place.git.files(parent, '')];
  const changed = [...new Set([...now.keys(), ...before.keys()])].filter((path) => now.get(path) !== before.get(path));
  return {
    sha,
    author: user,
    committer: user,
    parents: (commit?.parents ?? []).map((each) => ({ sha: each })),
    files: changed.map((filename) => ({ filename, status: 'modified' })),
    commit: { message: commit?.message ?? '', verification: { verified: false } },
  };
}

function isVisible({ visibleFrom, clock }: Place, branch: string): boolean {
  return clock.now() >= (visibleFrom.get(branch) ?? 0);
}

/** Git's own id of a blob. */
function blobId(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
