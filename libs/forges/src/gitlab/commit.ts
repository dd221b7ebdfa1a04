import { PermanentError } from '@fleetmend/kernel';
import type { CommitRequest, CommitResult } from '@fleetmend/plugin-api';
import { z } from 'zod';
import type { GitLabClient } from './client.ts';
import { projectPath } from './place.ts';
import { Branch, Commit, Diff, File, Project, Signature } from './schema.ts';

/**
 * One call makes branch and commit together: `start_sha` is the parent, and a branch of that name must not exist ("Create a commit with
 * multiple files and actions", docs.gitlab.com). Author and date are GitLab's.
 */
export async function commitFiles(client: GitLabClient, request: CommitRequest): Promise<CommitResult> {
  const { repository, branch, parent, files, message } = request;
  const project = projectPath(repository);
  const { default_branch } = await client.read(project, Project);
  const existing = await findBranch(client, request);
  if (branch === default_branch || existing?.protected) throw new PermanentError('BranchProtected', `${branch} of ${repository} takes changes through merge requests only`);
  if (existing) return adopt(client, request, existing.commit.id);
  const actions = await Promise.all(
    [...files].map(async ([path, text]) => {
      const known = await findFile(client, { repository, path, at: parent });
      return { action: known ? 'update' : 'create', file_path: path, content: Buffer.from(text).toString('base64'), encoding: 'base64' };
    }),
  );
  const body = { branch, start_sha: parent, commit_message: message, actions };
  const { data, message: said } = await client.call({ method: 'POST', path: `${project}/repository/commits`, body, schema: Commit, allow: [400] });
  if (data && (data.parent_ids.length !== 1 || data.parent_ids[0] !== parent)) throw taken(request, data.id);
  if (data) return { sha: data.id, verified: await readVerified(client, repository, data.id) };
  const rival = await findBranch(client, request);
  if (!rival) throw new PermanentError('CommitRefused', `GitLab makes no commit on ${branch} of ${repository}: ${said}; see the project's push rules`);
  return adopt(client, request, rival.commit.id);
}

/** The branch is ours if its head is our files and message right on top of our parent, with nothing else changed. */
async function adopt(client: GitLabClient, request: CommitRequest, head: string): Promise<CommitResult> {
  const { repository, parent, files, message } = request;
  const at = `${projectPath(repository)}/repository/commits/${head}`;
  const commit = await client.read(at, Commit);
  if (commit.parent_ids.length !== 1 || commit.parent_ids[0] !== parent || commit.message.trim() !== message.trim()) throw taken(request, head);
  const diffs = await client.list(`${at}/diff`, z.array(Diff));
  const isEdit = ({ old_path, new_path, a_mode, b_mode, new_file, deleted_file }: z.infer<typeof Diff>) => files.has(new_path) && old_path === new_path && !deleted_file && (new_file || a_mode === b_mode);
  if (diffs.length !== files.size || !diffs.every(isEdit)) throw taken(request, head);
  for (const [path, text] of files) {
    if ((await findFile(client, { repository, path, at: head })) !== text) throw taken(request, head);
  }
  return { sha: head, verified: await readVerified(client, repository, head) };
}

function findBranch(client: GitLabClient, { repository, branch }: Pick<CommitRequest, 'repository' | 'branch'>) {
  return client.find(`${projectPath(repository)}/repository/branches/${encodeURIComponent(branch)}`, Branch);
}

async function findFile(client: GitLabClient, { repository, path, at }: { readonly repository: string; readonly path: string; readonly at: string }): Promise<string | undefined> {
  const file = await client.find(`${projectPath(repository)}/repository/files/${encodeURIComponent(path)}?ref=${at}`, File);
  return file && Buffer.from(file.content, 'base64').toString();
}

async function readVerified(client: GitLabClient, repository: string, sha: string): Promise<boolean> {
  const signature = await client.find(`${projectPath(repository)}/repository/commits/${sha}/signature`, Signature);
  return signature?.verification_status.startsWith('verified') ?? false;
}

function taken({ repository, branch }: CommitRequest, head: string): PermanentError {
  return new PermanentError('BranchTaken', `branch ${branch} of ${repository} holds something else (${head.slice(0, 8)}): look at it, and delete it if nobody needs it`);
}
