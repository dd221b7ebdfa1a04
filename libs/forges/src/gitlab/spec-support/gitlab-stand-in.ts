import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@fleetmend/kernel';
import { createGit, openBareRepository } from '@fleetmend/git';
import { mergeRequestRoutes } from './merge-requests.ts';
import { repositoryRoutes } from './repositories.ts';
import { type Answer, type Place, type Route, type StandInRequest, notFound, refused, userOf } from './routes.ts';

/**
 * A GitLab in memory over real bare repositories, as far as the plugin uses it. Each route names its page of GitLab's REST documentation;
 * the shapes are those that are printed there.
 */
export function gitlabStandIn({ clock, owner }: { readonly clock: Clock; readonly owner: string }) {
  const root = mkdtempSync(join(tmpdir(), 'fleetmend-gitlab-'));
  const git = createGit();
  const places = new Map<string, Place>();
  const routes: readonly Route[] = [repositoryRoutes, mergeRequestRoutes];
  const asked: string[] = [];

  const answer = async (request: StandInRequest): Promise<Answer> => {
    const [kind, name = ''] = request.path;
    const { username } = request;
    if (kind === 'user') return { status: 200, body: { ...userOf(username), email: `${username}@example.org`, commit_email: `${username}@users.gitlab.test` } };
    if (kind === 'users' && name === '') return { status: 200, body: request.query.get('username') === 'nobody' ? [] : [userOf(request.query.get('username') ?? '')] };
    if (kind === 'users') return { status: 200, body: { username: name, bot: Number(name) === userOf('project_7_bot_1').id } };
    const place = places.get(name);
    if (kind !== 'projects' || !place) return notFound('Project ');
    for (const route of routes) {
      const found = await route({ ...request, path: request.path.slice(2) }, place);
      if (found) return found;
    }
    throw new Error(`the stand-in has no route for ${request.method} ${request.path.join('/')}`);
  };

  return {
    /** `METHOD path` of every request, in order. */
    asked,
    async create(name: string): Promise<Place> {
      const repository = await openBareRepository({ path: join(root, `${name}.git`), git, clock });
      const place: Place = { id: places.size + 1, name, git: repository, clock, owner, requests: [], pipelines: [] };
      places.set(name, place);
      return place;
    },
    fetch: (async (input: string, init: RequestInit = {}) => {
      const url = new URL(input);
      const username = new Headers(init.headers).get('private-token') ?? '';
      const path = url.pathname.replace('/api/v4/', '').split('/').map(decodeURIComponent);
      asked.push(`${init.method ?? 'GET'} ${url.pathname}`);
      if (username === 'glpat-revoked') return reply({ status: 401, body: { error: 'invalid_token', error_description: 'Token was revoked. You have to re-authorize from the user.' } });
      if (username === 'glpat-reader' && init.method !== 'GET') return reply({ status: 403, body: { error: 'insufficient_scope', error_description: 'The request requires higher privileges than provided by the access token.', scope: 'api' } });
      if (username === 'glpat-guest' && init.method !== 'GET') return reply(refused(403, '403 Forbidden'));
      const body = init.body === undefined ? {} : (JSON.parse(String(init.body)) as Readonly<Record<string, unknown>>);
      return reply(await answer({ method: init.method ?? 'GET', path, query: url.searchParams, body, username }));
    }) as typeof fetch,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function reply({ status, body, headers = {} }: Answer): Response {
  return new Response(JSON.stringify(body ?? {}), { status, headers: { 'content-type': 'application/json', ...headers } });
}
