import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleInfo } from '@fleetmend/model';
import type { Comparison, Trial } from '@fleetmend/ports';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDecisionLog, type DecisionLog } from './decision-log.ts';

let dir: string;
let log: DecisionLog;
const clock = new VirtualClock();
const open = () => openDecisionLog({ file: join(dir, 'decisions.db'), clock });
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-decisions-'));
  log = open();
});
afterEach(() => {
  log.close();
  rmSync(dir, { recursive: true });
});

const BUNDLE: BundleInfo = { name: 'b', revision: 'r', digest: `sha256:${'b'.repeat(64)}` };
const trial: Trial = { rollout: 'fleetmend-system/next', climb: 'first', mode: 'Shadow', candidate: BUNDLE, lastGood: BUNDLE };
const seen = (plan: string, over: Partial<Comparison> = {}): Comparison => ({ cluster: 'prod-1', trial, plan: { request: 'uid', digest: plan, kind: 'Repair' }, evalError: false, newDeny: false, newAllow: false, ...over });
const counted = (over: Partial<Parameters<DecisionLog['counts']>[0]> = {}) => log.counts({ rollout: trial.rollout, climb: 'first', cluster: 'prod-1', mode: 'Shadow', ...over });

it('counts the same plan once, by the worse of what was seen', () => {
  log.compared(seen('one', { newDeny: true }));
  log.compared(seen('one'));
  log.compared(seen('two'), { replayed: true });
  expect(counted()).toMatchObject({ decisions: 2, replayed: 1, newDenies: 1, newAllows: 0, evalErrors: 0 });
  log.compared(seen('two'));
  expect(counted()).toMatchObject({ decisions: 2, replayed: 0 });
});

it('counts nothing of another climb, cluster or mode, and the same after a restart', () => {
  log.compared(seen('one'));
  expect([counted({ climb: 'second' }), counted({ cluster: 'prod-2' }), counted({ mode: 'Warn' })].map(({ decisions }) => decisions)).toEqual([0, 0, 0]);
  log.close();
  log = open();
  expect(counted().decisions).toBe(1);
});

it('forgets rollouts that are gone, and keeps those that are listed', () => {
  log.compared(seen('one'));
  log.keepOnly([{ rollout: trial.rollout, climb: 'first' }]);
  expect(counted().decisions).toBe(1);
  log.keepOnly([{ rollout: trial.rollout, climb: 'second' }]);
  expect(counted().decisions).toBe(0);
});

it('counts repairs by how their verification ended, each attempt once', () => {
  const verified = { rollout: trial.rollout, climb: 'first', cluster: 'prod-1', request: 'uid', attempt: 1 };
  for (const held of [true, true]) log.verified({ ...verified, held });
  log.verified({ ...verified, attempt: 2, held: false });
  expect(counted({ mode: 'Enforce' })).toMatchObject({ verified: 1, failedVerifications: 1 });
});

it('keeps the latest two hundred inputs of a cluster, and none that is huge', () => {
  for (let each = 0; each < 205; each += 1) log.judged({ cluster: 'prod-1', bundle: BUNDLE, plan: { request: 'uid', digest: `plan-${each}`, kind: 'Repair' }, input: { each }, denied: false });
  log.judged({ cluster: 'prod-1', bundle: BUNDLE, plan: { request: 'uid', digest: 'huge', kind: 'Repair' }, input: 'x'.repeat(300_000), denied: false });
  const inputs = log.inputs('prod-1');
  expect([inputs.length, inputs[0]?.input, inputs.at(-1)?.input]).toEqual([200, { each: 204 }, { each: 5 }]);
  expect(log.inputs('prod-2')).toEqual([]);
  expect(log.bundleOf('uid', 'prod-1')).toBe(BUNDLE.digest);
});

it('can be read by nobody else on the machine', () => {
  log.compared(seen('one'));
  expect(readdirSync(dir).length).toBeGreaterThan(1);
  for (const file of readdirSync(dir)) expect(statSync(join(dir, file)).mode & 0o077, file).toBe(0);
});

it('names a file that is damaged', () => {
  writeFileSync(join(dir, 'broken.db'), 'no database '.repeat(500));
  expect(() => openDecisionLog({ file: join(dir, 'broken.db'), clock })).toThrow(expect.objectContaining({ reason: 'DecisionLogCorrupt', message: expect.stringContaining('broken.db') }));
});
