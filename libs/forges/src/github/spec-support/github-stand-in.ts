import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@fleetmend/kernel';
import { createGit, openBareRepository } from '@fleetmend/git';
import { gitDataRoutes } from './git-data.ts';
import { pullRoutes } from './pulls.ts';
import { type Answer, type Place, type Route, type StandInRequest, notFound, refused } from './routes.ts';

/**
 * A GitHub in memory over real bare repositories, as far as the plugin uses it, for what the published emulator does not do: heads that
 * follow their branch, conflicts, commit statuses, the statuses of a refused merge, limits. Each route names its page of GitHub's REST
 * documentation; the shapes are those that are printed there.
 */
export function githubStandIn({ clock, owner }: { readonly clock: Clock; readonly owner: string }) {
  const root = mkdtempSync(join(tmpdir(), 'fleetmend-github-'));
  const program = createGit();
  const places = new Map<string, Place>();
  const routes: readonly Route[] = [gitDataRoutes, pullRoutes];
  const asked: string[] = [];

  const answer = async (request: StandInRequest): Promise<Answer> => {
    if (request.path[0] === 'user') return { status: 200, body: { login: request.login, type: 'User' } };
    const place = places.get(request.path.slice(1, 3).join('/'));
    if (request.path[0] !== 'repos' || !place) return notFound();
    // "Get repository permissions for a user".
    if (request.path[3] === 'collaborators' && request.path[5] === 'permission') return { status: 200, body: { permission: place.readers.has(request.path[4] ?? '') ? 'read' : request.path[4] === place.owner ? 'admin' : 'write' } };
    for (const route of routes) {
      const found = await route({ ...request, path: request.path.slice(3) }, place);
      if (found) return found;
    }
    throw new Error(`the stand-in has no route for ${request.method} ${request.path.join('/')}`);
  };

  return {
    /** `METHOD path` of every request, in order. */
    asked,
    async create(name: string): Promise<Place> {
      const git = await openBareRepository({ path: join(root, `${name}.git`), git: program, clock });
      const place: Place = { name, git, program, clock, owner, readers: new Set(), pulls: [], checkRuns: new Map(), statuses: new Map() };
      places.set(name, place);
      return place;
    },
    fetch: (async (input: string, init: RequestInit = {}) => {
      const url = new URL(input);
      const login = new Headers(init.headers).get('authorization')?.replace(/^(token|bearer) /i, '') ?? '';
      const path = url.pathname.slice(1).split('/').map(decodeURIComponent).flatMap((part) => part.split('/'));
      asked.push(`${init.method ?? 'GET'} ${url.pathname}`);
      if (login === 'revoked') return reply(refused(401, 'Bad credentials'));
      // "Permissions required for GitHub Apps": the header names what would have been enough.
      if (login === 'reader' && init.method !== 'GET') return reply(refused(403, 'Resource not accessible by integration', { 'x-accepted-github-permissions': 'contents=write' }));
      if (login === 'classic' && init.method !== 'GET') return reply(refused(403, 'Must have admin rights to Repository.', { 'x-accepted-oauth-scopes': 'repo', 'x-oauth-scopes': 'read:org' }));
      const body = init.body === undefined || init.body === null ? {} : (JSON.parse(String(init.body)) as Readonly<Record<string, unknown>>);
      return reply(await answer({ method: init.method ?? 'GET', path, query: url.searchParams, body, login }));
    }) as typeof fetch,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function reply({ status, body, headers = {} }: Answer): Response {
  return new Response(JSON.stringify(body ?? {}), { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } });
}
