import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, digestOf, parse } from '@fleetmend/kernel';
import type { Action, Plan, RemediationRequest, RemediationRequestStatus } from '@fleetmend/model';
import type { VectorStore } from '@fleetmend/plugin-api';
import { aRequest } from '@fleetmend/testing';
import { embedded } from '@fleetmend/vector-stores';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkout, FILE, memoryBench, NOW, YEAR, type MemoryBench } from '../spec-support/memory-bench.ts';
import { actionDigest } from './weigh.ts';

const more: Action = { action: 'setResources', container: 'app', limits: { memory: '128Mi' } };
const muchMore: Action = { action: 'setResources', container: 'app', limits: { memory: '256Mi' } };
const spread: Action = { action: 'setReplicas', replicas: 3 };

let dir: string;
let store: VectorStore;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-learn-'));
  store = await embedded.create(parse(embedded.config, {}, 'config'), { clock: { now: () => NOW, sleep: async () => {} }, fetch, stateDir: dir, log: { info: () => {}, warn: () => {} } });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

let count = 0;
/** Another failure of the same class and shape, in the given cluster. */
const another = (cluster = 'prod-1') => {
  count += 1;
  return aRequest(NOW).named(`rr-${count}`).about({ clusters: [cluster], failure: { class: 'OOMKilled', message: 'killed for memory', fingerprint: digestOf(`failure ${count}`) } });
};
const bench = (candidates: readonly Action[], mode: 'Propose' | 'AutoMerge' = 'Propose') => memoryBench({ vectorStore: store, candidates, mode });

async function facts(run: Promise<{ readonly fact: object } | { readonly notYet: number }>): Promise<Partial<RemediationRequestStatus>> {
  const result = await run;
  if (!('fact' in result)) throw new Error('the stage was not done yet');
  return result.fact as Partial<RemediationRequestStatus>;
}
const signal = new AbortController().signal;

/** What would be tried first, by the real stages: diagnosed and planned. */
async function firstPlan({ stages, view }: MemoryBench, now = NOW, request = another().in('Diagnosing')): Promise<Plan> {
  const { diagnosis } = await facts(stages.diagnose(view(request.request, now), signal));
  const { plan, proposal } = await facts(stages.propose(view(request.with(diagnosis === undefined ? {} : { diagnosis }).request, now), signal));
  if (plan === undefined) throw new Error(`nothing was planned: ${proposal?.message}`);
  return plan;
}

/** A request whose one plan was this action ends so, and the learn stage remembers it. */
async function ended(action: Action, status: Partial<RemediationRequestStatus>, { cluster = 'prod-1', mode = 'Propose' as 'Propose' | 'AutoMerge' } = {}): Promise<RemediationRequest> {
  const made = bench([action], mode);
  const request = another(cluster).in('Diagnosing').diagnosed({ candidates: [canonicalJson(action)] });
  const plan = await firstPlanned(made, request.request);
  const { request: done } = request.planned(plan).judged({ tier: 'T0' }).delivered({ state: 'Merged' }).with(status);
  await made.stages.learn(made.view(done), signal);
  return done;
}
const firstPlanned = async ({ stages, view }: MemoryBench, request: RemediationRequest): Promise<Plan> => {
  const { plan } = await facts(stages.propose(view(request), signal));
  if (plan === undefined) throw new Error('nothing was planned');
  return plan;
};

const VERIFIED = { phase: 'Succeeded', reason: 'Recovered' } as const;
const FAILED = { phase: 'Failed', reason: 'SymptomRemains' } as const;
const REVERTED = { phase: 'Failed', reason: 'Reverted' } as const;

describe('what happened before decides which action is tried first:', () => {
  it('the order of the reasoner stands where nothing is remembered', async () => {
    expect((await firstPlan(bench([more, spread]))).action).toBe('setResources');
  });

  it('an action that failed twice for this class and shape is not proposed first again', async () => {
    await ended(more, FAILED);
    await ended(more, FAILED);
    expect((await firstPlan(bench([more, spread]))).action).toBe('setReplicas');
  });

  it('an earlier attempt of one request counts as well as its last', async () => {
    const attempts = [{ attempt: 1, action: 'setResources', actionJson: canonicalJson(more), outcome: 'NotVerified', reason: 'SymptomRemains', at: '2026-01-05T09:00:00Z' }];
    await ended(spread, { ...VERIFIED, attempt: 2, attempts });
    expect((await store.list({ tenant: 'shop-team', limit: 9 })).map(({ action, outcome }) => [action, outcome]).sort()).toEqual([['setReplicas', 'Verified'], ['setResources', 'NotVerified']]);
    expect((await firstPlan(bench([more, spread]))).action).toBe('setReplicas');
  });

  it('one that was taken back counts for more than one that helped', async () => {
    await ended(more, VERIFIED, { cluster: 'prod-1' });
    await ended(more, REVERTED, { cluster: 'prod-2' });
    expect((await firstPlan(bench([more, spread]))).action).toBe('setReplicas');
  });

  it('one that a human rejected is not repeated: the same field is vetoed, and elsewhere another comes first', async () => {
    await ended(more, { phase: 'Failed', reason: 'Rejected' });
    expect(await firstPlan(bench([more]))).toMatchObject({ action: 'setResources', vetoed: true });
    expect((await firstPlan(bench([more, spread]))).action).toBe('setReplicas');
  });

  it('what only got well by itself, or was handed to a human, says nothing', async () => {
    await ended(spread, { phase: 'Dismissed', reason: 'Recovered' });
    await ended(more, { phase: 'Escalated', reason: 'Late' });
    expect((await firstPlan(bench([more, spread]))).action).toBe('setResources');
  });

  it('another class or shape says nothing, however alike its words are', async () => {
    await ended(more, FAILED);
    const request = another().about({ clusters: ['prod-1'], failure: { class: 'OOMKilled', subCause: 'Node', message: 'killed for memory', fingerprint: digestOf('node') } }).in('Diagnosing');
    expect((await firstPlan(bench([more, spread]), NOW, request)).action).toBe('setResources');
  });

  it('an old failure fades behind a fresh success', async () => {
    await ended(more, FAILED);
    await ended(spread, FAILED, { cluster: 'prod-2' });
    await ended(more, VERIFIED, { cluster: 'prod-3' });
    expect((await firstPlan(bench([spread, more]), NOW + YEAR)).action).toBe('setResources');
  });
});

describe('an edit that a human made before the merge', () => {
  it('is what is remembered, and what comes first next time', async () => {
    const made = bench([more]);
    const request = another().in('Diagnosing').diagnosed({ candidates: [canonicalJson(more)] });
    const plan = await firstPlanned(made, request.request);
    const { sha } = made.git.commit({ branch: 'main', files: new Map([[FILE, `${JSON.stringify(checkout('256Mi'), undefined, 2)}\n`]]), author: 'ada', message: 'more' });
    await made.stages.learn(made.view(request.planned(plan).judged().delivered({ state: 'Merged', touched: true, mergeSHA: sha }).with(VERIFIED).request), signal);
    const [precedent] = await store.list({ tenant: 'shop-team', limit: 1 });
    expect(precedent).toMatchObject({ outcome: 'VerifiedAfterEdit', decidedBy: 'human', revision: sha, actionDigest: actionDigest(muchMore) });
    expect(precedent).not.toHaveProperty('planDigest');
    expect(JSON.parse((await firstPlan(bench([more, muchMore]))).actionJson)).toEqual(muchMore);
  });
});

describe('memory that somebody would poison', () => {
  it('does not count what a machine merged, however often it was verified', async () => {
    for (let n = 0; n < 5; n += 1) await ended(spread, VERIFIED, { mode: 'AutoMerge', cluster: `edge-${n}` });
    expect((await firstPlan(bench([more, spread]))).action).toBe('setResources');
  });

  it('lets one source that says the same many times not outweigh two others', async () => {
    for (let n = 0; n < 40; n += 1) await ended(spread, VERIFIED, { cluster: 'edge-9' });
    await ended(spread, FAILED, { cluster: 'prod-1' });
    await ended(spread, FAILED, { cluster: 'prod-2' });
    expect((await firstPlan(bench([more, spread]))).action).toBe('setResources');
  });

  it('counts distinct clusters for more than repeats of one', async () => {
    for (let n = 0; n < 6; n += 1) await ended(more, VERIFIED, { cluster: 'prod-1' });
    await ended(spread, VERIFIED, { cluster: 'prod-2' });
    await ended(spread, VERIFIED, { cluster: 'prod-3' });
    expect((await firstPlan(bench([more, spread]))).action).toBe('setReplicas');
  });

  it('can change which action is tried, and never what is in one', async () => {
    await ended(muchMore, VERIFIED);
    expect(JSON.parse((await firstPlan(bench([more]))).actionJson)).toEqual(more);
  });
});
