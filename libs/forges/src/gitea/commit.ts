import { type Clock, PermanentError } from '@fleetmend/kernel';
import type { CommitRequest, CommitResult } from '@fleetmend/plugin-api';
import type { GiteaClient } from './client.ts';
import { encodePath, repositoryPath } from './place.ts';
import { Branch, ChangedFiles, Commit, Contents, Repository } from './schema.ts';

const LOOKS = 50;
const LOOK_EVERY_MS = 200;

export interface CommitDeps {
  readonly client: GiteaClient;
  readonly clock: Clock;
  /** Left out: Gitea makes the commits, and signs them if it is set up for it. */
  readonly sign?: ((request: CommitRequest) => Promise<string | undefined>) | undefined;
}

/**
 * Two steps, for the contents API takes no parent: the branch is made at the parent, then all files are changed on it in one
 * commit. A crash between the two leaves a branch that still stands at the parent, and the next call goes on from there.
 */
export async function commitFiles(deps: CommitDeps, request: CommitRequest): Promise<CommitResult> {
  const { client } = deps;
  const { repository, branch, parent } = request;
  const place = repositoryPath(repository);
  const { default_branch } = await client.read(place, Repository);
  const existing = await client.find(`${place}/branches/${encodePath(branch)}`, Branch);
  if (branch === default_branch || existing?.protected) throw new PermanentError('BranchProtected', `${branch} of ${repository} takes changes through pull requests only`);
  if (existing && existing.commit.id !== parent) return adopt(client, request, existing.commit.id);
  if (deps.sign) return pushSigned({ client, sign: deps.sign }, request, existing?.commit.id);
  if (!existing) await client.call({ method: 'POST', path: `${place}/branches`, body: { new_branch_name: branch, old_ref_name: parent }, allow: [409] });
  return change(deps, request);
}

/** The contents API takes no signature, so a commit that we sign is pushed with git; Gitea then says whether it knows the key. */
async function pushSigned({ client, sign }: { readonly client: GiteaClient; readonly sign: NonNullable<CommitDeps['sign']> }, request: CommitRequest, standing: string | undefined): Promise<CommitResult> {
  if (standing !== undefined) throw taken(request, standing);
  const sha = await sign(request);
  if (sha === undefined) return adopt(client, request, await headOf(client, request));
  const commit = await client.read(`${repositoryPath(request.repository)}/git/commits/${sha}?stat=false`, Commit);
  return { sha, verified: commit.commit.verification?.verified };
}

async function change({ client, clock }: CommitDeps, request: CommitRequest): Promise<CommitResult> {
  const { repository, branch, parent, files, message } = request;
  const place = repositoryPath(repository);
  const operations = await Promise.all(
    [...files].map(async ([path, text]) => {
      const known = await client.find(`${place}/contents/${encodePath(path)}?ref=${parent}`, Contents);
      return { operation: known ? 'update' : 'create', path, content: Buffer.from(text).toString('base64'), ...(known ? { sha: known.sha } : {}) };
    }),
  );
  for (let look = 0; look < LOOKS; look += 1) {
    // 404: the new branch is not visible yet; 422: somebody else committed to it first.
    const { status, data } = await client.call({ method: 'POST', path: `${place}/contents`, body: { branch, message, files: operations }, schema: ChangedFiles, allow: [404, 422] });
    if (data) {
      if (data.commit.parents?.[0]?.sha !== parent) throw taken(request, data.commit.sha);
      return { sha: data.commit.sha, verified: data.verification?.verified };
    }
    if (status === 422) return adopt(client, request, await headOf(client, request));
    await clock.sleep(LOOK_EVERY_MS);
  }
  throw new Error(`branch ${branch} of ${repository} did not show up at Gitea within ${(LOOKS * LOOK_EVERY_MS) / 1000} s`);
}

/** The branch is ours if its head is our files and message right on top of our parent. */
async function adopt(client: GiteaClient, request: CommitRequest, head: string): Promise<CommitResult> {
  const place = repositoryPath(request.repository);
  const commit = await client.read(`${place}/git/commits/${head}?stat=false`, Commit);
  const touched = (commit.files ?? []).map(({ filename }) => filename).sort();
  const isOurs = commit.parents?.length === 1 && commit.parents[0]?.sha === request.parent && commit.commit.message.trim() === request.message.trim();
  if (!isOurs || touched.join('\n') !== [...request.files.keys()].sort().join('\n')) throw taken(request, head);
  for (const [path, text] of request.files) {
    const found = await client.find(`${place}/contents/${encodePath(path)}?ref=${head}`, Contents);
    if (Buffer.from(found?.content ?? '', 'base64').toString() !== text) throw taken(request, head);
  }
  return { sha: head, verified: commit.commit.verification?.verified };
}

async function headOf(client: GiteaClient, { repository, branch }: CommitRequest): Promise<string> {
  return (await client.read(`${repositoryPath(repository)}/branches/${encodePath(branch)}`, Branch)).commit.id;
}

function taken({ repository, branch }: CommitRequest, head: string): PermanentError {
  return new PermanentError('BranchTaken', `branch ${branch} of ${repository} holds something else (${head.slice(0, 8)}): look at it, and delete it if nobody needs it`);
}
