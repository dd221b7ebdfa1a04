import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, minutes, parse, renderTime } from '@fleetmend/kernel';
import type { Action, Leader } from '@fleetmend/model';
import { aRequest } from '@fleetmend/testing';
import { embedded } from '@fleetmend/vector-stores';
import { expect, it, onTestFinished } from 'vitest';
import { memoryBench, NOW } from '../spec-support/memory-bench.ts';

/** Long enough after the commit of the bench that Git did not just come to say what it says. */
const LATER = NOW + minutes(30);
const asItIs: Action = { action: 'setResources', container: 'app', limits: { memory: '64Mi' } };

async function proposed(leader?: Leader) {
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-propose-'));
  const vectorStore = await embedded.create(parse(embedded.config, {}, 'config'), { clock: { now: () => NOW, sleep: async () => {} }, fetch, stateDir, log: { info: () => {}, warn: () => {} } });
  onTestFinished(async () => {
    await vectorStore.close();
    rmSync(stateDir, { recursive: true });
  });
  const { stages, view } = memoryBench({ vectorStore, candidates: [asItIs], mode: 'Propose' });
  const { request } = aRequest(NOW).in('Diagnosing').diagnosed({ candidates: [canonicalJson(asItIs)] }).with(leader === undefined ? {} : { leader });
  return stages.propose(view(request, LATER), new AbortController().signal);
}
const leader = (ago: number): Leader => ({ name: 'rr-first', namespace: 'fleetmend-system', uid: 'uid-first', kind: 'SameField', state: 'CauseGone', at: renderTime(LATER - ago) });

it('what Git says already ends a request for a person to look at', async () => {
  expect(await proposed()).toMatchObject({ fact: { proposal: { result: 'NothingToChange' } } });
});

it('right after another request put it into Git, the pods get time to follow, and no more than that', async () => {
  expect(await proposed(leader(minutes(1)))).toMatchObject({ reason: expect.stringContaining('still to come') });
  expect(await proposed(leader(minutes(3)))).toMatchObject({ fact: { proposal: { result: 'NothingToChange' } } });
});
