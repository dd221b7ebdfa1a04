import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGit, openBareRepository, type BareRepository } from '@fleetmend/git';
import { systemClock } from '@fleetmend/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { followBranch } from './follow-branch.ts';

let dir: string;
let repository: BareRepository;
let moves: number;
let following: { stop(): Promise<void> };
/** Ends one look of the follower and lets the next begin. */
let lookAgain: () => Promise<void>;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-follow-'));
  repository = await openBareRepository({ path: join(dir, 'fleet.git'), git: createGit(), clock: systemClock });
  moves = 0;
  // Files are real, so looks are counted and not timed.
  let wake = Promise.withResolvers<void>();
  let asleep = Promise.withResolvers<void>();
  const clock = {
    now: () => 0,
    sleep: (_ms: number, signal?: AbortSignal) => {
      wake = Promise.withResolvers<void>();
      signal?.addEventListener('abort', () => wake.resolve(), { once: true });
      if (signal?.aborted) wake.resolve();
      asleep.resolve();
      return wake.promise;
    },
  };
  following = followBranch({ repository, branch: 'main', clock, moved: () => void (moves += 1) });
  await asleep.promise;
  lookAgain = async () => {
    asleep = Promise.withResolvers<void>();
    wake.resolve();
    await asleep.promise;
  };
});
afterEach(async () => {
  await following.stop();
  rmSync(dir, { recursive: true });
});

const commit = (branch: string, text: string) => repository.commit({ branch, files: new Map([['a.yaml', text]]), message: text });

it('tells of the first commit, and of each later one, once', async () => {
  await commit('main', 'one');
  await lookAgain();
  await commit('main', 'two');
  await lookAgain();
  await lookAgain();
  expect(moves).toBe(2);
});

it('is silent about other branches', async () => {
  await commit('other', 'one');
  await lookAgain();
  expect(moves).toBe(0);
});
