import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Answer, type Place, type Route, notFound, refused, userOf } from './routes.ts';

/** Repositories, branches and the Git database: docs.github.com, REST API, "Repositories", "Branches", "Git database". */
export const gitDataRoutes: Route = async ({ method, path, body, login }, place) => {
  const [kind = '', part = '', ...rest] = path;
  if (path.length === 0) return { status: 200, body: { full_name: place.name, default_branch: 'main' } };
  if (kind === 'branches' && method === 'GET') return readBranch(place, [part, ...rest].join('/'));
  if (kind === 'git' && part === 'commits' && method === 'GET') return readCommit(place, rest[0] ?? '');
  if (kind === 'git' && part === 'commits') return createCommit(place, { body, login });
  if (kind === 'git' && part === 'trees' && method === 'GET') return readTree(place, rest[0] ?? '');
  if (kind === 'git' && part === 'trees') return createTree(place, body);
  if (kind === 'git' && part === 'blobs') return createBlob(place, body);
  if (kind === 'git' && part === 'refs') return createReference(place, { body, login });
  if (kind === 'commits' && rest[0] === 'check-runs') return checkRuns(place, part);
  if (kind === 'commits' && rest[0] === 'status') return combinedStatus(place, part);
  return undefined;
};

async function readBranch({ git }: Place, name: string): Promise<Answer> {
  const head = await git.findHead(name);
  return head === undefined ? refused(404, 'Branch not found') : { status: 200, body: { name, commit: { sha: head }, protected: name === 'main' } };
}

async function readCommit({ git }: Place, sha: string): Promise<Answer> {
  if (!(await git.has(sha))) return notFound();
  const [commit] = await git.log({ from: sha, limit: 1 });
  // "Commit signature verification for bots": without an author and a committer of one's own, GitHub signs for a bot.
  const verified = commit?.author.includes('[bot]') === true;
  const verification = { verified, reason: verified ? 'valid' : 'unsigned' };
  return { status: 200, body: { sha, message: commit?.message, tree: { sha: await git.treeId(sha) }, parents: (commit?.parents ?? []).map((parent) => ({ sha: parent })), verification } };
}

/** "Create a commit": author and committer are the authenticated user unless given. */
async function createCommit(place: Place, { body, login }: { readonly body: Readonly<Record<string, unknown>>; readonly login: string }): Promise<Answer> {
  if ('author' in body || 'committer' in body) throw new Error('the hub must leave author and committer to GitHub');
  const { name, email } = { name: login, email: `${login}@users.noreply.github.test` };
  const date = `@${Math.floor(place.clock.now() / 1000)} +0000`;
  const parents = (body['parents'] as readonly string[]).flatMap((parent) => ['-p', parent]);
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date, GIT_COMMITTER_NAME: 'GitHub', GIT_COMMITTER_EMAIL: 'noreply@github.com', GIT_COMMITTER_DATE: date };
  const { stdout } = await place.program.run({ dir: place.git.path, env, args: ['commit-tree', String(body['tree']), ...parents], input: String(body['message']) });
  return { ...(await readCommit(place, stdout.toString().trim())), status: 201 };
}

async function readTree({ program, git }: Place, sha: string): Promise<Answer> {
  const { stdout } = await program.run({ dir: git.path, args: ['ls-tree', '-z', sha] });
  const tree = stdout.toString().split('\0').flatMap((line) => {
    const [, mode, type, id, path] = /^(\d+) (\w+) (\w+)\t(.+)$/s.exec(line) ?? [];
    return path === undefined ? [] : [{ mode, type, sha: id, path }];
  });
  return { status: 200, body: { sha, tree, truncated: false } };
}

async function createTree(place: Place, body: Readonly<Record<string, unknown>>): Promise<Answer> {
  const dir = place.git.path;
  const env = { GIT_INDEX_FILE: join(dir, `index-${randomUUID()}`) };
  await place.program.run({ dir, env, args: ['read-tree', String(body['base_tree'])] });
  for (const { mode, sha, path } of body['tree'] as readonly { readonly mode: string; readonly sha: string; readonly path: string }[]) {
    await place.program.run({ dir, env, args: ['update-index', '--add', '--cacheinfo', `${mode},${sha},${path}`] });
  }
  const { stdout } = await place.program.run({ dir, env, args: ['write-tree'] });
  return { ...(await readTree(place, stdout.toString().trim())), status: 201 };
}

async function createBlob({ program, git }: Place, body: Readonly<Record<string, unknown>>): Promise<Answer> {
  const { stdout } = await program.run({ dir: git.path, args: ['hash-object', '-w', '--stdin'], input: Buffer.from(String(body['content']), 'base64') });
  return { status: 201, body: { sha: stdout.toString().trim() } };
}

/** "Create a reference": 422 when there is one of that name, or a ruleset forbids it. */
async function createReference({ git }: Place, { body }: { readonly body: Readonly<Record<string, unknown>>; readonly login: string }): Promise<Answer> {
  const [ref, sha] = [String(body['ref']), String(body['sha'])];
  const branch = ref.replace('refs/heads/', '');
  if (branch.startsWith('forbidden/')) return refused(422, 'Repository rule violations found: Cannot create ref due to creations being restricted.');
  if (!git.moveBranch({ branch, from: undefined, to: sha })) return refused(422, 'Reference already exists');
  return { status: 201, body: { ref, object: { type: 'commit', sha } } };
}

async function checkRuns({ checkRuns: known }: Place, sha: string): Promise<Answer> {
  const runs = known.get(sha) ?? [];
  return { status: 200, body: { total_count: runs.length, check_runs: runs } };
}

/** "Get the combined status": `pending` also where nobody said anything. */
async function combinedStatus({ statuses }: Place, sha: string): Promise<Answer> {
  const states = statuses.get(sha) ?? [];
  const state = states.some((each) => each === 'failure' || each === 'error') ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success';
  return { status: 200, body: { state, total_count: states.length, sha } };
}

/** Users of a commit, as lists of commits show them: by the addresses in it. */
export function usersOf(author: string): { readonly author: object | null; readonly committer: object | null } {
  const login = /<(?:\d+\+)?([^@>]+)@users\.noreply\.github\.test>/.exec(author)?.[1];
  return { author: login === undefined ? null : userOf(login), committer: login === undefined ? null : userOf('web-flow') };
}
