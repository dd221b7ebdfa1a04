import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, minutes, parse } from '@fleetmend/kernel';
import type { Action } from '@fleetmend/model';
import { aRequest } from '@fleetmend/testing';
import { embedded } from '@fleetmend/vector-stores';
import { expect, it, onTestFinished } from 'vitest';
import { memoryBench, NOW } from '../spec-support/memory-bench.ts';

const asItIs: Action = { action: 'setResources', container: 'app', limits: { memory: '64Mi' } };

async function proposed(ago: number) {
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-propose-'));
  const vectorStore = await embedded.create(parse(embedded.config, {}, 'config'), { clock: { now: () => NOW, sleep: async () => {} }, fetch, stateDir, log: { info: () => {}, warn: () => {} } });
  onTestFinished(async () => {
    await vectorStore.close();
    rmSync(stateDir, { recursive: true });
  });
  const { stages, git, view } = memoryBench({ vectorStore, candidates: [asItIs], mode: 'Propose' });
  const now = (git.tip('main')?.at ?? 0) + ago;
  const { request } = aRequest(now).in('Diagnosing').diagnosed({ candidates: [canonicalJson(asItIs)] });
  return stages.propose(view(request, now), new AbortController().signal);
}

it('what Git says already ends a request for a person to look at', async () => {
  expect(await proposed(minutes(7))).toMatchObject({ fact: { proposal: { result: 'NothingToChange' } } });
});

it('right after somebody put it into Git, the pods get time to follow', async () => {
  expect(await proposed(minutes(2))).toMatchObject({ reason: expect.stringMatching(/^Git says what it should since [0-9a-f]{8}/) });
});
