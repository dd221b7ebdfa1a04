import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@fleetmend/kernel';
import { type BareRepository, createGit, openBareRepository } from '@fleetmend/git';
import { pullRoutes } from './pulls.ts';
import { repositoryRoutes } from './repositories.ts';
import { type Answer, type Place, type Route, type StandInRequest, notFound, refused } from './routes.ts';

/**
 * A Gitea in memory over real bare repositories, as far as the plugin uses it. Each behaviour is that of Gitea 1.26: the functions
 * named beside the routes are those of its `routers/api/v1`. The same suite runs against a real server in the lab.
 */
export function giteaStandIn({ clock, owner }: { readonly clock: Clock; readonly owner: string }) {
  const root = mkdtempSync(join(tmpdir(), 'fleetmend-gitea-'));
  const git = createGit();
  const places = new Map<string, Place>();
  const routes: readonly Route[] = [repositoryRoutes, pullRoutes];

  const answer = async (request: StandInRequest): Promise<Answer> => {
    if (request.path[0] === 'user') return { status: 200, body: { login: request.login } };
    const place = places.get(request.path.slice(1, 3).join('/'));
    if (request.path[0] !== 'repos' || !place) return notFound();
    for (const route of routes) {
      const found = await route({ ...request, path: request.path.slice(3) }, place);
      if (found) return found;
    }
    throw new Error(`the stand-in has no route for ${request.method} ${request.path.join('/')}`);
  };

  return {
    async create(name: string): Promise<BareRepository> {
      const repository = await openBareRepository({ path: join(root, `${name}.git`), git, clock });
      places.set(name, { name, git: repository, clock, owner, visibleFrom: new Map(), pulls: [] });
      return repository;
    },
    fetch: (async (input: string, init: RequestInit = {}) => {
      const url = new URL(input);
      const login = new Headers(init.headers).get('authorization')?.replace(/^token /, '') ?? '';
      const path = url.pathname.replace('/api/v1/', '').split('/').map(decodeURIComponent);
      const body = init.body === undefined ? {} : (JSON.parse(String(init.body)) as Readonly<Record<string, unknown>>);
      // Source: services/auth, and `tokenRequiresScopes` of routers/api/v1/api.go
      if (login === 'revoked') return reply(refused(401, 'invalid username, password or token'));
      if (login === 'unscoped') return reply(refused(403, 'token does not have at least one of required scope(s), required=[write:repository], token scope=read:user'));
      return reply(await answer({ method: init.method ?? 'GET', path, query: url.searchParams, body, login }));
    }) as typeof fetch,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function reply({ status, body, total }: Answer): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers: total === undefined ? {} : { 'x-total-count': String(total) } });
}
