import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalPullRequests, type LocalPullRequests } from '@fleetmend/forges';
import { createGit, type BareRepository } from '@fleetmend/git';
import type { Tier } from '@fleetmend/model';
import { createReviewer, type Scenario } from '@fleetmend/sandbox';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aRequest, FACTS } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { localDesk, tierOf, watchedPullRequests } from './review-desk.ts';

let dir: string;
let clock: VirtualClock;
let pullRequests: LocalPullRequests;
let repository: BareRepository;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-reviewer-'));
  clock = new VirtualClock();
  pullRequests = createLocalPullRequests({ stateDir: dir, clock, git: createGit({ synchronous: true }) });
  repository = await pullRequests.repository('fleet');
  const first = await repository.commit({ branch: 'main', files: new Map([['web.yaml', 'memory: 64Mi\n']]), message: 'first' });
  repository.moveBranch({ branch: 'fleetmend/checkout', from: undefined, to: first });
  await repository.commit({ branch: 'fleetmend/checkout', files: new Map([['web.yaml', 'memory: 128Mi\n']]), message: 'repair' });
  await pullRequests.open({ repository: 'fleet', branch: 'fleetmend/checkout', base: 'main', title: 'repair', body: '' }, { login: 'fleetmend[bot]' });
});
afterEach(() => {
  pullRequests.dispose();
  rmSync(dir, { recursive: true });
});

/** What became of the pull request after `looks` of a reviewer with that habit. */
const reviewed = async (habit: Scenario['reviewer'], { tier = 'T0', ms = 5_000, looks = 1 }: { readonly tier?: Tier; readonly ms?: number; readonly looks?: number } = {}) => {
  const verdict = { ...structuredClone(FACTS.verdict), tier } as unknown as NonNullable<ReturnType<typeof aRequest>['status']['verdict']>;
  const look = createReviewer({ habit, desk: localDesk({ pullRequests, repository }), tierOf: (branch) => tierOf([aRequest({ pullRequest: { ...FACTS.open }, verdict })], branch), clock });
  await clock.run(ms);
  for (let n = 0; n < looks; n += 1) await look();
  return pullRequests.show(1);
};

it.each([
  ['merges', 'T1', 'Merged'],
  ['merges', 'T2', 'Open'],
  ['approves', 'T2', 'Merged'],
  ['ignores', 'T0', 'Open'],
  ['closes', 'T0', 'Closed'],
] as const)('a reviewer who %s leaves a pull request of tier %s %s', async (habit, tier, state) => {
  expect((await reviewed(habit, { tier })).state).toBe(state);
});

it('waits five seconds before deciding', async () => {
  expect((await reviewed('merges', { ms: 4_900 })).state).toBe('Open');
});

it('a reviewer who edits puts a commit of their own on the branch before merging', async () => {
  expect((await reviewed('edits', { looks: 2 })).state).toBe('Merged');
  expect((await repository.files(await repository.head('main'), '')).get('web.yaml')).toBe('memory: 128Mi\n# looked at by a reviewer\n');
});

it('shows a pull request as the files that it proposes, over whatever the fault left', async () => {
  const faulty = new Map([['web.yaml', 'memory: 64Mi\n'], ['other.yaml', 'a: 1\n']]);
  expect(await watchedPullRequests({ pullRequests, repository }, faulty)).toMatchObject([{ number: 1, state: 'Open', files: new Map([['web.yaml', 'memory: 128Mi\n'], ['other.yaml', 'a: 1\n']]) }]);
});
