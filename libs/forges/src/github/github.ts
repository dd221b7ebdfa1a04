import { PermanentError } from '@fleetmend/kernel';
import { type Forge, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { githubClient } from './client.ts';
import { commitFiles } from './commit.ts';
import { mergePullRequest } from './merging.ts';
import { cloneRoot, placeOf } from './place.ts';
import { openPullRequest, readPullRequest, updatePullRequest } from './pull-requests.ts';
import { App, AuthenticatedUser, Repository } from './schema.ts';
import type { GitHubDeps } from './state.ts';

const AppConfig = z.strictObject({
  id: z.union([z.int().positive(), z.string().min(1)]).describe('id or client id of the App'),
  installation: z.int().positive().describe('id of its installation: the number at the end of the address of its settings page'),
  privateKey: z.string().min(1).meta({ format: 'secret' }).describe('private key of the App (PEM); write {env: NAME} or {file: PATH}'),
});

const Config = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).default('https://api.github.com').describe('address of the REST API; Enterprise Server: https://HOST/api/v3'),
    app: AppConfig.optional().describe('the GitHub App that the hub acts as; its commits are signed by GitHub'),
    token: z.string().min(1).meta({ format: 'secret' }).optional().describe('a token instead of an App; write {env: NAME} or {file: PATH}'),
    mergeMethod: z.enum(['squash', 'merge']).default('squash').describe('how the hub merges; the repository must allow it'),
    bots: z.array(z.string().min(1)).default([]).describe('logins of machine users: what they close was not closed by a person, and what they approve was not approved by one'),
  })
  .refine(({ app, token }) => (app === undefined) !== (token === undefined), { error: 'write either `app` or `token`' });

/** GitHub and GitHub Enterprise, through the REST API, as an App or with a token. */
export const github = definePlugin<z.infer<typeof Config>, Forge>({
  kind: 'github',
  config: Config,
  create({ url, app, token, mergeMethod, bots }, { fetch, clock, log }) {
    if (app === undefined && token === undefined) throw new PermanentError('Malformed', 'the github forge has no credentials: write either `app` or `token` into its config');
    const credentials = app === undefined ? { token: token ?? '' } : { appId: app.id, privateKey: app.privateKey, installationId: app.installation };
    const client = githubClient({ url, credentials, fetch, clock, log });
    let login: string | undefined;
    const readLogin = async (): Promise<string> => {
      if (app !== undefined) return `${(await client.read({ what: 'GET /app', ask: (kit) => kit.rest.apps.getAuthenticated(), schema: App })).slug}[bot]`;
      return (await client.read({ what: 'GET /user', ask: (kit) => kit.rest.users.getAuthenticated(), schema: AuthenticatedUser })).login;
    };
    const deps: GitHubDeps = { client, clock, log, mergeMethod, bots, us: async () => (login ??= await readLogin()) };
    return {
      kind: 'github',
      capabilities: { signsCommits: app !== undefined, reviews: true, checks: true },
      async remote(repository) {
        const found = await client.find({ what: `GET /repos/${repository}`, ask: (kit) => kit.rest.repos.get(placeOf(repository)), schema: Repository });
        if (!found) throw new PermanentError('RepositoryNotFound', `GitHub at ${url} has no repository ${repository}, or does not show it: check the RepoBinding, and that the App is installed there or the token may see it`);
        return { url: `${cloneRoot(url)}/${repository}.git`, authorization: `Basic ${Buffer.from(`x-access-token:${await client.token()}`).toString('base64')}` };
      },
      commit: (request) => commitFiles(client, request),
      openPullRequest: (draft) => openPullRequest(deps, draft),
      readPullRequest: (reference) => readPullRequest(deps, reference),
      mergePullRequest: (order) => mergePullRequest(deps, order),
      updatePullRequest: (update) => updatePullRequest(deps, update),
    };
  },
});
