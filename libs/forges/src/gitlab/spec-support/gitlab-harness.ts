import type { Clock } from '@fleetmend/kernel';
import type { ForgeHarness } from '@fleetmend/plugin-api/conformance';
import { dozingClock } from '../../gitea/spec-support/gitea-harness.ts';
import { gitlab } from '../gitlab.ts';
import { gitlabStandIn } from './gitlab-stand-in.ts';
import type { Place } from './routes.ts';

export const URL = 'https://gitlab.test';

export interface GitLabHarness extends ForgeHarness {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly asked: readonly string[];
  place(repository: string): Place;
  /** As any user: calls the API below a project. */
  act(username: string, call: { readonly method: string; readonly repository: string; readonly path: string; readonly body?: object }): Promise<void>;
  remove(): void;
}

/** The plugin against the stand-in, with a person `ada` who owns the projects. */
export async function gitlabHarness(): Promise<GitLabHarness> {
  const clock = dozingClock();
  const server = gitlabStandIn({ clock, owner: 'ada' });
  const forge = await gitlab.create({ url: URL, token: 'fleetmend-bot', squash: true, bots: ['stale'] }, { clock, fetch: server.fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
  const places = new Map<string, Place>();
  const place = (name: string): Place => {
    const found = places.get(name);
    if (!found) throw new Error(`the harness made no project ${name}`);
    return found;
  };
  const act: GitLabHarness['act'] = async (username, { method, repository, path, body = {} }) => {
    const response = await server.fetch(`${URL}/api/v4/projects/${encodeURIComponent(repository)}${path}`, { method, headers: { 'private-token': username }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  };
  const requestOf = ({ repository, number }: { readonly repository: string; readonly number: number }) => place(repository).requests.find(({ iid }) => iid === number);
  return {
    forge,
    clock,
    fetch: server.fetch,
    asked: server.asked,
    place,
    act,
    async seedRepository(files) {
      const name = `acme/platform/fleet-${places.size + 1}`;
      places.set(name, await server.create(name));
      await place(name).git.commit({ branch: 'main', files: new Map(Object.entries(files)), message: 'seed' });
      return name;
    },
    humanCommit: ({ repository, branch, files, message }) => place(repository).git.commit({ branch, files: new Map(Object.entries(files)), message, author: { name: 'ada', email: 'ada@users.gitlab.test' } }),
    async humanOpen({ repository, branch, base, title, body }) {
      await act('ada', { method: 'POST', repository, path: '/merge_requests', body: { source_branch: branch, target_branch: base, title, description: body } });
      return place(repository).requests.at(-1)?.iid ?? 0;
    },
    humanMerge: ({ repository, number }) => act('ada', { method: 'PUT', repository, path: `/merge_requests/${number}/merge` }),
    humanClose: ({ repository, number }) => act('ada', { method: 'PUT', repository, path: `/merge_requests/${number}`, body: { state_event: 'close' } }),
    approve: ({ repository, number }) => act('ada', { method: 'POST', repository, path: `/merge_requests/${number}/approve` }),
    // "Request changes" is a state of a reviewer, set on the page and not through the REST API.
    requestChanges: async (reference) => void requestOf(reference)?.objections.add('ada'),
    comments: async (reference) => (requestOf(reference)?.notes ?? []).filter(({ system }) => !system).map(({ body }) => body),
    head: async ({ repository, branch }) => place(repository).git.findHead(branch),
    files: async ({ repository, revision }) => place(repository).git.files(revision, ''),
    message: async ({ repository, revision }) => (await place(repository).git.log({ from: revision, limit: 1 }))[0]?.message ?? '',
    pause: () => clock.sleep(500),
    remove: () => server.remove(),
  };
}
