import { type Answer, type Place, type Route, type StandInRequest, notFound, paged, refused } from './routes.ts';

interface Action {
  readonly action: 'create' | 'update';
  readonly file_path: string;
  readonly content: string;
}

/** docs.gitlab.com, REST API: "Branches", "Commits", "Repository files". */
export const repositoryRoutes: Route = async (request, place) => {
  const { method, path, query } = request;
  const [kind, part, name = '', last] = path;
  if (path.length === 0) return { status: 200, body: { id: place.id, path_with_namespace: place.name, default_branch: 'main' } };
  if (kind !== 'repository') return undefined;
  if (part === 'branches') return readBranch(place, name);
  if (part === 'files') return readFile(place, { path: name, ref: query.get('ref') ?? '' });
  if (part === 'commits' && method === 'POST') return createCommit(request, place);
  if (part === 'commits' && last === 'diff') return paged(await diffOf(place, name), query);
  if (part === 'commits' && last === 'signature') return readSignature(place, name);
  if (part === 'commits') return { status: 200, body: await commitOf(place, name) };
  return undefined;
};

async function readBranch({ git }: Place, name: string): Promise<Answer> {
  const head = await git.findHead(name);
  return head === undefined ? notFound('Branch ') : { status: 200, body: { name, commit: { id: head }, protected: name === 'main' } };
}

async function readFile({ git }: Place, { path, ref }: { readonly path: string; readonly ref: string }): Promise<Answer> {
  const text = (await git.files(ref, path)).get(path);
  return text === undefined ? notFound('File ') : { status: 200, body: { file_path: path, encoding: 'base64', content: Buffer.from(text).toString('base64'), execute_filemode: false } };
}

/** "Create a commit with multiple files and actions": 400 for a branch that exists, and for an action that does not fit its file. */
async function createCommit({ body, username }: StandInRequest, { git, clock, ...rest }: Place): Promise<Answer> {
  const [branch, parent] = [String(body['branch']), String(body['start_sha'])];
  if (branch === 'forbidden') return refused(400, 'Branch name does not follow the pattern of the push rules');
  if ((await git.findHead(branch)) !== undefined) return refused(400, `A branch called '${branch}' already exists. Switch to that branch in order to make changes`);
  const known = await git.files(parent, '');
  const actions = body['actions'] as readonly Action[];
  for (const { action, file_path } of actions) {
    if (action === 'create' && known.has(file_path)) return refused(400, 'A file with this name already exists');
    if (action === 'update' && !known.has(file_path)) return refused(400, "A file with this name doesn't exist");
  }
  const files = new Map(actions.map(({ file_path, content }) => [file_path, Buffer.from(content, 'base64').toString()]));
  const sha = await git.createCommit({ parent, files, message: String(body['commit_message']), author: { name: username, email: `${username}@users.gitlab.test` }, at: clock.now() });
  if (!git.moveBranch({ branch, from: undefined, to: sha })) return refused(400, `A branch called '${branch}' already exists. Switch to that branch in order to make changes`);
  return { status: 201, body: await commitOf({ git, clock, ...rest }, sha) };
}

/** GitLab tells who wrote a commit by address only. */
export async function commitOf({ git }: Place, sha: string): Promise<object> {
  const [commit] = await git.log({ from: sha, limit: 1 });
  const address = /<([^>]*)>/.exec(commit?.author ?? '')?.[1] ?? '';
  return { id: sha, message: commit?.message ?? '', parent_ids: commit?.parents ?? [], author_email: address, committer_email: address };
}

async function diffOf({ git }: Place, sha: string): Promise<readonly object[]> {
  const [commit] = await git.log({ from: sha, limit: 1 });
  const [parent] = commit?.parents ?? [];
  const [now, before] = [await git.files(sha, ''), parent === undefined ? new Map<string, string>() : await git.files(parent, '')];
  const changed = [...new Set([...now.keys(), ...before.keys()])].filter((path) => now.get(path) !== before.get(path));
  return changed.map((path) => ({ old_path: path, new_path: path, a_mode: before.has(path) ? '100644' : '0', b_mode: now.has(path) ? '100644' : '0', new_file: !before.has(path), deleted_file: !now.has(path) }));
}

/** "Get signature of a commit": 404 for one that has none. */
async function readSignature({ git }: Place, sha: string): Promise<Answer> {
  const [commit] = await git.log({ from: sha, limit: 1 });
  const status = /Signed-For-Test: (\w+)/.exec(commit?.message ?? '')?.[1];
  return status === undefined ? notFound('Signature ') : { status: 200, body: { signature_type: 'SSH', verification_status: status } };
}
