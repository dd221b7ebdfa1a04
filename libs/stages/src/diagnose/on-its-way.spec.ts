import { minutes } from '@fleetmend/kernel';
import { memoryGit, VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { unfelt } from './on-its-way.ts';

async function history() {
  const clock = new VirtualClock();
  const git = memoryGit(clock, new Map([['apps/web.yaml', '1']]));
  await clock.run(minutes(60));
  const commit = (path: string, text: string, message = text) => git.commit({ branch: 'main', author: 'a', message, files: new Map([[path, text]]) }).sha;
  const look = (applied: string | undefined, { refused, failsSince }: { readonly refused?: string; readonly failsSince?: number } = {}) => unfelt({ repository: git.repository, head: git.tip('main')?.sha ?? '', origin: { includes: ['apps'] }, application: { applied, refused } }, { now: clock.now(), failsSince });
  return { clock, git, commit, look };
}

describe('a commit is on its way', () => {
  it('from the push until it is applied', async () => {
    const { commit, look } = await history();
    const broken = commit('apps/web.yaml', 'broken');
    expect(await look(broken)).toBeUndefined();
    const mended = commit('apps/web.yaml', 'mended');
    expect(await look(broken)).toBe(mended);
    expect(await look(mended)).toBeUndefined();
  });

  it('for no longer than an engine takes, and not where it says that it cannot', async () => {
    const { clock, commit, look } = await history();
    const broken = commit('apps/web.yaml', 'broken');
    commit('apps/web.yaml', 'mended');
    expect(await look(broken, { refused: 'kustomize build failed' })).toBeUndefined();
    await clock.run(minutes(5));
    expect(await look(broken)).toBeUndefined();
  });

  it('until its pods had time to show whether they fail as well, where it came after the failure', async () => {
    const { clock, commit, look } = await history();
    const broken = commit('apps/web.yaml', 'broken');
    const failsSince = clock.now();
    await clock.run(minutes(1));
    expect(await look(broken, { failsSince })).toBeUndefined();
    const mended = commit('apps/web.yaml', 'mended');
    expect(await look(mended, { failsSince })).toBe(mended);
    await clock.run(minutes(2));
    expect(await look(mended, { failsSince })).toBeUndefined();
  });

  it('unless it is ours: what comes of that is watched anyway', async () => {
    const { clock, commit, look } = await history();
    const broken = commit('apps/web.yaml', 'broken');
    await clock.run(minutes(1));
    commit('apps/web.yaml', 'ours', 'restore it\n\nFleetmend-Request: shop/rr-1\n');
    expect(await look(broken, { failsSince: 0 })).toBeUndefined();
  });

  it('only where it touches the application, and where the engine says what it applied', async () => {
    const { commit, look } = await history();
    const broken = commit('apps/web.yaml', 'broken');
    commit('docs/readme.md', 'words');
    expect(await look(broken)).toBeUndefined();
    commit('apps/web.yaml', 'mended');
    expect(await look(undefined)).toBeUndefined();
  });
});
