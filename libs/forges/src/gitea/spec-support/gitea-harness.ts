import type { Clock } from '@fleetmend/kernel';
import type { ForgeHarness } from '@fleetmend/plugin-api/conformance';
import { giteaClient } from '../client.ts';
import { gitea } from '../gitea.ts';
import { giteaStandIn } from './gitea-stand-in.ts';

const URL = 'http://gitea.test';

/** A clock that moves on when somebody sleeps. */
export function dozingClock(): Clock {
  let now = 1_700_000_000_000;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

/** The plugin against the stand-in, with a person `ada` who owns the repositories. */
export async function giteaHarness(): Promise<ForgeHarness & { readonly fetch: typeof fetch; readonly clock: Clock; remove(): void }> {
  const clock = dozingClock();
  const server = giteaStandIn({ clock, owner: 'ada' });
  const deps = { clock, fetch: server.fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };
  const forge = await gitea.create({ url: URL, token: 'fleetmend-bot', mergeMethod: 'squash', bots: ['stale'] }, deps);
  const ada = giteaClient({ url: URL, token: 'ada', fetch: server.fetch });
  const act = async (method: 'POST' | 'PATCH', path: string, body: object): Promise<void> => void (await ada.call({ method, path, body }));
  const repositories = new Map<string, Awaited<ReturnType<typeof server.create>>>();
  const git = (name: string) => {
    const repository = repositories.get(name);
    if (!repository) throw new Error(`the harness made no repository ${name}`);
    return repository;
  };
  return {
    forge,
    clock,
    fetch: server.fetch,
    async seedRepository(files) {
      const name = `ada/fleet-${repositories.size + 1}`;
      repositories.set(name, await server.create(name));
      await git(name).commit({ branch: 'main', files: new Map(Object.entries(files)), message: 'seed' });
      return name;
    },
    humanCommit: ({ repository, branch, files, message }) => git(repository).commit({ branch, files: new Map(Object.entries(files)), message, author: { name: 'ada', email: 'ada@gitea.test' } }),
    async humanOpen({ repository, branch, base, title, body }) {
      await act('POST', `/repos/${repository}/pulls`, { head: branch, base, title, body });
      return (await forge.readPullRequest({ repository, branch }))?.number ?? 0;
    },
    humanMerge: ({ repository, number }) => act('POST', `/repos/${repository}/pulls/${number}/merge`, { do: 'squash' }),
    humanClose: ({ repository, number }) => act('PATCH', `/repos/${repository}/pulls/${number}`, { state: 'closed' }),
    approve: ({ repository, number }) => act('POST', `/repos/${repository}/pulls/${number}/reviews`, { event: 'APPROVED' }),
    requestChanges: ({ repository, number }) => act('POST', `/repos/${repository}/pulls/${number}/reviews`, { event: 'REQUEST_CHANGES' }),
    async comments({ repository, number }) {
      const response = await server.fetch(`${URL}/api/v1/repos/${repository}/issues/${number}/comments`, { headers: { authorization: 'token ada' } });
      return ((await response.json()) as { body: string }[]).map(({ body }) => body);
    },
    head: async ({ repository, branch }) => git(repository).findHead(branch),
    files: async ({ repository, revision }) => git(repository).files(revision, ''),
    message: async ({ repository, revision }) => (await git(repository).log({ from: revision, limit: 1 }))[0]?.message ?? '',
    pause: () => clock.sleep(500),
    remove: () => server.remove(),
  };
}
