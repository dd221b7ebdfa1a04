import { PermanentError } from '@fleetmend/kernel';
import { type Forge, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { gitlabClient } from './client.ts';
import { commitFiles } from './commit.ts';
import { mergePullRequest, openPullRequest, readPullRequest, updatePullRequest } from './merge-requests.ts';
import { projectPath } from './place.ts';
import { CurrentUser, Project } from './schema.ts';
import type { GitLabDeps } from './state.ts';

const Config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).default('https://gitlab.com').describe('address of the server, with its sub-path if it has one'),
  token: z.string().min(1).meta({ format: 'secret' }).describe('project, group or personal access token; write {env: NAME} or {file: PATH}'),
  squash: z.boolean().default(true).describe('squash when the hub merges; the project must allow it'),
  bots: z.array(z.string().min(1)).default([]).describe('usernames of bots that are ordinary users: what they close was not closed by a person, and what they approve was not approved by one'),
});

/** GitLab, through its API v4 and one access token. */
export const gitlab = definePlugin<z.infer<typeof Config>, Forge>({
  kind: 'gitlab',
  config: Config,
  create({ url, token, squash, bots }, { fetch, clock, log }) {
    const client = gitlabClient({ url, token, fetch, clock });
    let user: z.infer<typeof CurrentUser> | undefined;
    const deps: GitLabDeps = { client, clock, log, squash, bots, us: async () => (user ??= await client.read('/user', CurrentUser)) };
    return {
      kind: 'gitlab',
      capabilities: { signsCommits: true, reviews: true, checks: true },
      async remote(repository) {
        const found = await client.find(projectPath(repository), Project);
        if (!found) throw new PermanentError('RepositoryNotFound', `GitLab at ${url} has no project ${repository}, or does not show it to the token's user: check the RepoBinding and the user's membership`);
        // Built and not read from the answer, so that the token travels to no other host.
        return { url: `${url.replace(/\/+$/, '')}/${repository}.git`, authorization: `Basic ${Buffer.from(`oauth2:${token}`).toString('base64')}` };
      },
      commit: (request) => commitFiles(client, request),
      openPullRequest: (draft) => openPullRequest(deps, draft),
      readPullRequest: (reference) => readPullRequest(deps, reference),
      mergePullRequest: (order) => mergePullRequest(deps, order),
      updatePullRequest: (update) => updatePullRequest(deps, update),
    };
  },
});
