import type { Clock } from '@fleetmend/kernel';
import type { ForgeHarness } from '@fleetmend/plugin-api/conformance';
import { dozingClock } from '../../gitea/spec-support/gitea-harness.ts';
import { github } from '../github.ts';
import { githubStandIn } from './github-stand-in.ts';
import type { Place } from './routes.ts';

export const URL = 'https://api.github.test';

export interface GitHubHarness extends ForgeHarness {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly asked: readonly string[];
  place(repository: string): Place;
  remove(): void;
}

/** The plugin against the stand-in, with a person `ada` who owns the repositories. */
export async function githubHarness(): Promise<GitHubHarness> {
  const clock = dozingClock();
  const server = githubStandIn({ clock, owner: 'ada' });
  const deps = { clock, fetch: server.fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };
  const forge = await github.create({ url: URL, token: 'fleetmend-bot', mergeMethod: 'squash', bots: ['stale'] }, deps);
  const act = async (method: string, path: string, body: object): Promise<void> => {
    const response = await server.fetch(`${URL}${path}`, { method, headers: { authorization: 'token ada' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  };
  const places = new Map<string, Place>();
  const place = (name: string): Place => {
    const found = places.get(name);
    if (!found) throw new Error(`the harness made no repository ${name}`);
    return found;
  };
  const ada = { name: 'ada', email: 'ada@users.noreply.github.test' };
  return {
    forge,
    clock,
    fetch: server.fetch,
    asked: server.asked,
    place,
    async seedRepository(files) {
      const name = `ada/fleet-${places.size + 1}`;
      places.set(name, await server.create(name));
      await place(name).git.commit({ branch: 'main', files: new Map(Object.entries(files)), message: 'seed' });
      return name;
    },
    humanCommit: ({ repository, branch, files, message }) => place(repository).git.commit({ branch, files: new Map(Object.entries(files)), message, author: ada }),
    async humanOpen({ repository, branch, base, title, body }) {
      await act('POST', `/repos/${repository}/pulls`, { head: branch, base, title, body });
      return place(repository).pulls.at(-1)?.number ?? 0;
    },
    humanMerge: ({ repository, number }) => act('PUT', `/repos/${repository}/pulls/${number}/merge`, { merge_method: 'squash' }),
    humanClose: ({ repository, number }) => act('PATCH', `/repos/${repository}/pulls/${number}`, { state: 'closed' }),
    approve: ({ repository, number }) => act('POST', `/repos/${repository}/pulls/${number}/reviews`, { event: 'APPROVE' }),
    requestChanges: ({ repository, number }) => act('POST', `/repos/${repository}/pulls/${number}/reviews`, { event: 'REQUEST_CHANGES' }),
    comments: async ({ repository, number }) => place(repository).pulls.find((pull) => pull.number === number)?.comments ?? [],
    head: async ({ repository, branch }) => place(repository).git.findHead(branch),
    files: async ({ repository, revision }) => place(repository).git.files(revision, ''),
    message: async ({ repository, revision }) => (await place(repository).git.log({ from: revision, limit: 1 }))[0]?.message ?? '',
    pause: () => clock.sleep(500),
    remove: () => server.remove(),
  };
}
