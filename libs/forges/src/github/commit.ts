import { createHash } from 'node:crypto';
import { PermanentError } from '@fleetmend/kernel';
import type { CommitRequest, CommitResult } from '@fleetmend/plugin-api';
import type { GitHubClient } from './client.ts';
import { placeOf, type Place } from './place.ts';
import { Blob, Branch, GitCommit, Reference, Repository, Tree, type TreeEntry } from './schema.ts';

const FILE_MODES = ['100644', '100755'];

/**
 * Blobs, tree, commit, branch: each step makes objects that are named by their content, so doing them again changes nothing, and the
 * branch is made last. Author and committer are left out, which lets GitHub sign a commit of an App ("Commit signature verification for
 * bots", docs.github.com). What GitHub answers is held against what was asked: blob ids, tree, parent.
 */
export async function commitFiles(client: GitHubClient, request: CommitRequest): Promise<CommitResult> {
  const { repository, branch, parent, message } = request;
  const place = placeOf(repository);
  const at = `/repos/${repository}`;
  const { default_branch } = await client.read({ what: `GET ${at}`, ask: (kit) => kit.rest.repos.get(place), schema: Repository });
  const existing = await findBranch(client, request);
  if (branch === default_branch || existing?.protected) throw new PermanentError('BranchProtected', `${branch} of ${repository} takes changes through pull requests only`);
  const tree = await createTree(client, request);
  if (existing) return adopt(client, request, { head: existing.commit.sha, tree });
  const commit = await client.read({ what: `POST ${at}/git/commits`, ask: (kit) => kit.rest.git.createCommit({ ...place, message, tree, parents: [parent] }), schema: GitCommit });
  if (!isOurs(commit, request, tree)) throw new Error(`GitHub made commit ${commit.sha} of ${repository} with another tree, parent or message than it was given; no branch points at it`);
  const made = await client.call({ what: `POST ${at}/git/refs`, ask: (kit) => kit.rest.git.createRef({ ...place, ref: `refs/heads/${branch}`, sha: commit.sha }), schema: Reference, allow: [422] });
  if (made.data) return { sha: commit.sha, verified: commit.verification?.verified };
  const rival = await findBranch(client, request);
  if (!rival) throw new PermanentError('BranchRefused', `GitHub makes no branch ${branch} in ${repository}: ${made.message}; see the repository's rulesets`);
  return adopt(client, request, { head: rival.commit.sha, tree });
}

/** The branch is ours if its head is our tree and message right on top of our parent. */
async function adopt(client: GitHubClient, request: CommitRequest, { head, tree }: { readonly head: string; readonly tree: string }): Promise<CommitResult> {
  const commit = await readCommit(client, request.repository, head);
  if (isOurs(commit, request, tree)) return { sha: head, verified: commit.verification?.verified };
  throw new PermanentError('BranchTaken', `branch ${request.branch} of ${request.repository} holds something else (${head.slice(0, 8)}): look at it, and delete it if nobody needs it`);
}

function isOurs({ tree, parents, message }: GitCommit, request: CommitRequest, expected: string): boolean {
  return tree.sha === expected && parents.length === 1 && parents[0]?.sha === request.parent && message.trim() === request.message.trim();
}

function readCommit(client: GitHubClient, repository: string, sha: string): Promise<GitCommit> {
  return client.read({ what: `GET /repos/${repository}/git/commits/${sha}`, ask: (kit) => kit.rest.git.getCommit({ ...placeOf(repository), commit_sha: sha }), schema: GitCommit });
}

function findBranch(client: GitHubClient, { repository, branch }: Pick<CommitRequest, 'repository' | 'branch'>) {
  return client.find({ what: `GET /repos/${repository}/branches/${branch}`, ask: (kit) => kit.rest.repos.getBranch({ ...placeOf(repository), branch }), schema: Branch });
}

/** The id of the parent's tree with our files in it. An executable file stays executable. */
async function createTree(client: GitHubClient, { repository, parent, files }: CommitRequest): Promise<string> {
  const place = placeOf(repository);
  const base = (await readCommit(client, repository, parent)).tree.sha;
  const find = treeReader(client, { place, repository, root: base });
  const entries: { path: string; mode: '100644' | '100755'; type: 'blob'; sha: string }[] = [];
  for (const [path, text] of files) {
    const known = await find(path);
    if (known && !FILE_MODES.includes(known.mode)) throw new PermanentError('NotAFile', `${path} of ${repository} at ${parent.slice(0, 8)} is a ${known.type} of mode ${known.mode}, not a plain file: it is not edited`);
    const content = Buffer.from(text);
    const blob = await client.read({ what: `POST /repos/${repository}/git/blobs`, ask: (kit) => kit.rest.git.createBlob({ ...place, content: content.toString('base64'), encoding: 'base64' }), schema: Blob });
    if (blob.sha !== blobId(content)) throw new Error(`GitHub kept other bytes of ${path} than it was sent (${blob.sha} instead of ${blobId(content)})`);
    entries.push({ path, mode: known?.mode === '100755' ? '100755' : '100644', type: 'blob', sha: blob.sha });
  }
  return (await client.read({ what: `POST /repos/${repository}/git/trees`, ask: (kit) => kit.rest.git.createTree({ ...place, base_tree: base, tree: entries }), schema: Tree })).sha;
}

/** Reads only the folders on the way to a path: a recursive listing of a large repository is cut off. */
function treeReader(client: GitHubClient, { place, repository, root }: { readonly place: Place; readonly repository: string; readonly root: string }): (path: string) => Promise<TreeEntry | undefined> {
  const known = new Map<string, Promise<readonly TreeEntry[]>>();
  const entriesOf = (sha: string): Promise<readonly TreeEntry[]> => {
    const entries =
      known.get(sha) ?? client.read({ what: `GET /repos/${repository}/git/trees/${sha}`, ask: (kit) => kit.rest.git.getTree({ ...place, tree_sha: sha }), schema: Tree }).then(({ tree }) => tree);
    known.set(sha, entries);
    return entries;
  };
  return async (path) => {
    let folder = root;
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const entry = (await entriesOf(folder)).find((each) => each.path === part);
      if (!entry || index === parts.length - 1) return entry;
      if (entry.type !== 'tree') return entry;
      folder = entry.sha;
    }
    return undefined;
  };
}

/** Git's own id of a blob. */
function blobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
