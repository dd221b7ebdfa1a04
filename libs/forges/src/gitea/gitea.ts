import { PermanentError } from '@fleetmend/kernel';
import { type Forge, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { giteaClient } from './client.ts';
import { commitFiles } from './commit.ts';
import { repositoryPath } from './place.ts';
import { type PullRequestDeps, mergePullRequest, openPullRequest, readPullRequest, updatePullRequest } from './pull-requests.ts';
import { Repository, User } from './schema.ts';

const Config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('address of the server, with its sub-path if it has one'),
  token: z.string().min(1).meta({ format: 'secret' }).describe('access token of the hub\'s own user; write {env: NAME} or {file: PATH}'),
  mergeMethod: z.enum(['squash', 'merge']).default('squash').describe('how the hub merges; the repository must allow it'),
  bots: z.array(z.string().min(1)).default([]).describe('logins of other bots: what they close was not closed by a person'),
});

/** Gitea, through its API v1 and one access token. */
export const gitea = definePlugin<z.infer<typeof Config>, Forge>({
  kind: 'gitea',
  config: Config,
  create({ url, token, mergeMethod, bots }, { fetch, clock, log }) {
    const client = giteaClient({ url, token, fetch });
    let login: string | undefined;
    const us = async (): Promise<string> => (login ??= (await client.read('/user', User)).login);
    const deps: PullRequestDeps = { client, clock, log, mergeMethod, bots, us, doubts: new Map() };
    return {
      kind: 'gitea',
      capabilities: { signsCommits: true, reviews: true, checks: true },
      async remote(repository) {
        const found = await client.find(repositoryPath(repository), Repository);
        if (!found) throw new PermanentError('RepositoryNotFound', `Gitea at ${url} has no repository ${repository}, or does not show it to the token's user: check the RepoBinding and the user's access`);
        const basic = Buffer.from(`${await us()}:${token}`).toString('base64');
        return { url: `${url.replace(/\/+$/, '')}/${repository}.git`, authorization: `Basic ${basic}` };
      },
      commit: (request) => commitFiles(deps, request),
      openPullRequest: (draft) => openPullRequest(deps, draft),
      readPullRequest: (reference) => readPullRequest(deps, reference),
      mergePullRequest: (order) => mergePullRequest(deps, order),
      updatePullRequest: (update) => updatePullRequest(deps, update),
    };
  },
});
