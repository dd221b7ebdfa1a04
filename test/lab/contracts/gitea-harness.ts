import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Forge } from '@fleetmend/plugin-api';
import type { ForgeHarness, PullRequestReference } from '@fleetmend/plugin-api/conformance';
import type { GiteaFacts } from '../boot/lab.ts';
import { until } from '../boot/server-process.ts';
import { commitAsOwner, createRepository, giteaApi } from './gitea-api.ts';

/** Acts on a real Gitea as people do: its administrator is the human, the forge under test is the bot. */
export const giteaHarness = (gitea: GiteaFacts, forge: Forge): ForgeHarness => {
  const human = giteaApi(gitea, gitea.admin);
  const pull = ({ repository, number }: PullRequestReference): string => `/repos/${repository}/pulls/${number}`;
  const review = async (reference: PullRequestReference, event: string): Promise<void> => {
    await human.call('POST', `${pull(reference)}/reviews`, { body: { event, body: event } });
  };
  const head = async ({ repository, branch }: { readonly repository: string; readonly branch: string }): Promise<string | undefined> =>
    (await human.call<{ commit: { id: string } }>('GET', `/repos/${repository}/branches/${encodeURIComponent(branch)}`, { allow: [404] }))?.commit.id;
  return {
    forge,
    seedRepository: (files) => createRepository(gitea, { name: `r-${randomBytes(4).toString('hex')}`, files, message: 'initial' }),
    humanCommit: (change) => commitAsOwner(gitea, change),
    async humanOpen({ repository, branch, base, title, body }) {
      const made = await human.call<{ number: number }>('POST', `/repos/${repository}/pulls`, { body: { head: branch, base, title, body } });
      return made?.number ?? 0;
    },
    async humanMerge(reference) {
      // Until it has looked whether a merge is possible, Gitea answers 405, "please try again later".
      await until('Gitea has merged it', 20, async () => {
        await human.call('POST', `${pull(reference)}/merge`, { body: { Do: 'squash' }, allow: [405] });
        return (await human.call<{ merged: boolean }>('GET', pull(reference)))?.merged === true;
      });
    },
    async humanClose(reference) {
      await human.call('PATCH', pull(reference), { body: { state: 'closed' } });
    },
    approve: (reference) => review(reference, 'APPROVED'),
    requestChanges: (reference) => review(reference, 'REQUEST_CHANGES'),
    async comments({ repository, number }) {
      return ((await human.call<{ body: string }[]>('GET', `/repos/${repository}/issues/${number}/comments`)) ?? []).map(({ body }) => body);
    },
    head,
    async files({ repository, revision }) {
      const tree = await human.call<{ tree: { path: string; type: string; sha: string }[] }>('GET', `/repos/${repository}/git/trees/${revision}?recursive=true`);
      const blobs = (tree?.tree ?? []).filter(({ type }) => type === 'blob');
      const read = async (sha: string): Promise<string> => {
        const blob = await human.call<{ content: string }>('GET', `/repos/${repository}/git/blobs/${sha}`);
        return Buffer.from(blob?.content ?? '', 'base64').toString();
      };
      return new Map(await Promise.all(blobs.map(async ({ path, sha }) => [path, await read(sha)] as const)));
    },
    async message({ repository, revision }) {
      return (await human.call<{ commit: { message: string } }>('GET', `/repos/${repository}/git/commits/${revision}`))?.commit.message ?? '';
    },
    pause: () => pause(100),
  };
};
