import { join } from 'node:path';
import { createGit, pushSignedCommit, sshSigner } from '@fleetmend/git';
import { PermanentError, sha256, shortDigest } from '@fleetmend/kernel';
import { type CommitRequest, type Forge, definePlugin } from '@fleetmend/plugin-api';
import type { Remote } from '@fleetmend/ports';
import { z } from 'zod';
import { giteaClient } from './client.ts';
import { type CommitDeps, commitFiles } from './commit.ts';
import { repositoryPath } from './place.ts';
import { type PullRequestDeps, mergePullRequest, openPullRequest, readPullRequest, updatePullRequest } from './pull-requests.ts';
import { CurrentUser, Repository } from './schema.ts';

const Config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('address of the server, with its sub-path if it has one'),
  token: z.string().min(1).meta({ format: 'secret' }).describe('access token of the hub\'s own user; write {env: NAME} or {file: PATH}'),
  signing: z
    .strictObject({ privateKey: z.string().min(1).meta({ format: 'secret' }).describe('Ed25519 key without a passphrase, as ssh-keygen writes it; write {env: NAME} or {file: PATH}') })
    .optional()
    .describe('the SSH key that the hub signs its commits with, which are then pushed with git; absent: Gitea makes them'),
  mergeMethod: z.enum(['squash', 'merge']).default('squash').describe('how the hub merges; the repository must allow it'),
  bots: z.array(z.string().min(1)).default([]).describe('logins of other bots: what they close was not closed by a person, and what they approve was not approved by one'),
});

/** Gitea, through its API v1 and one access token. */
export const gitea = definePlugin<z.infer<typeof Config>, Forge>({
  kind: 'gitea',
  config: Config,
  create({ url, token, signing, mergeMethod, bots }, { fetch, clock, log, stateDir }) {
    const client = giteaClient({ url, token, fetch });
    let user: CurrentUser | undefined;
    const me = async (): Promise<CurrentUser> => (user ??= await client.read('/user', CurrentUser));
    const us = async (): Promise<string> => (await me()).login;
    const remote = async (repository: string): Promise<Remote> => {
      const found = await client.find(repositoryPath(repository), Repository);
      if (!found) throw new PermanentError('RepositoryNotFound', `Gitea at ${url} has no repository ${repository}, or does not show it to the token's user: check the RepoBinding and the user's access`);
      const basic = Buffer.from(`${await us()}:${token}`).toString('base64');
      return { url: `${url.replace(/\/+$/, '')}/${repository}.git`, authorization: `Basic ${basic}` };
    };
    const signer = signing && sshSigner(signing.privateKey);
    const git = createGit();
    const sign = signer && (async (request: CommitRequest) => {
      const { login, full_name, email } = await me();
      const dir = join(stateDir, `${shortDigest(sha256(request.repository))}.git`);
      return pushSignedCommit({ ...request, git, dir, remote: await remote(request.repository), author: { name: full_name || login, email }, at: clock.now(), signer });
    });
    const deps: PullRequestDeps & CommitDeps = { client, clock, log, mergeMethod, bots, us, sign, doubts: new Map() };
    return {
      kind: 'gitea',
      capabilities: { signsCommits: true, reviews: true, checks: true },
      remote,
      commit: (request) => commitFiles(deps, request),
      openPullRequest: (draft) => openPullRequest(deps, draft),
      readPullRequest: (reference) => readPullRequest(deps, reference),
      mergePullRequest: (order) => mergePullRequest(deps, order),
      updatePullRequest: (update) => updatePullRequest(deps, update),
    };
  },
});
