import { hours } from '@fleetmend/kernel';
import type { DecisionCounts, PolicyRolloutSpec, PolicyRolloutStatus, RolloutMode } from '@fleetmend/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSpec, counts, FLEET, START } from '../spec-support/rollout-views.ts';
import { assignedDigests } from './assigned.ts';
import { nextRollout } from './next-rollout.ts';
import { stepOf, type RolloutView } from './rollout-view.ts';
import { wavesOf } from './waves.ts';

const OLD = `sha256:${'a'.repeat(64)}`;
const LADDER: readonly RolloutMode[] = ['Shadow', 'Warn', 'Enforce'];

type Deed =
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'count'; readonly cluster: number; readonly counts: Partial<DecisionCounts> }
  | { readonly do: 'pause' | 'halt' | 'spec' | 'approve' | 'lose bundle' }
  | { readonly do: 'relabel' | 'leave'; readonly cluster: number };

const cluster = fc.integer({ min: 0, max: FLEET.length - 1 });
const wait = fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 0, max: 30 }) });
const good = fc.record({ do: fc.constant('count' as const), cluster, counts: fc.record({ decisions: fc.integer({ min: 1, max: 40 }) }) });
const bad = fc.record({ do: fc.constant('count' as const), cluster, counts: fc.constantFrom<Partial<DecisionCounts>>({ decisions: 9, newDenies: 9 }, { decisions: 1, evalErrors: 1 }, { decisions: 1, newAllows: 1 }, { failedVerifications: 3 }) });
const deed: fc.Arbitrary<Deed> = fc.oneof({ weight: 8, arbitrary: wait }, { weight: 10, arbitrary: good }, { weight: 1, arbitrary: bad }, { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'spec' as const, 'halt' as const, 'approve' as const, 'lose bundle' as const) }) }, { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('relabel' as const, 'leave' as const), cluster }) });
const allGood = fc.array(fc.oneof(wait, good), { minLength: 60, maxLength: 250 });

/** Plays deeds against the pure rollout and hands every look to `check`. */
function play(deeds: readonly Deed[], check: (before: RolloutView, after: PolicyRolloutStatus) => void): PolicyRolloutStatus {
  let spec: PolicyRolloutSpec = aSpec({ stages: [{ mode: 'Shadow', soak: '4h', minDecisions: 10 }, { mode: 'Warn', soak: '2h', minDecisions: 5 }, { mode: 'Enforce', soak: '1h' }], halt: { progressDeadline: '30d' } });
  let status: PolicyRolloutStatus = {};
  let clusters = [...FLEET];
  let now = START;
  let generation = 1;
  let bundle: RolloutView['bundle'] = { state: 'ready' };
  let approvals: RolloutView['approvals'] = [];
  const log = new Map<string, DecisionCounts>();
  for (const one of deeds) {
    if (one.do === 'wait') now += hours(one.hours);
    else if (one.do === 'pause') spec = { ...spec, paused: !spec.paused };
    else if (one.do === 'halt') spec = { ...spec, halted: !spec.halted };
    else if (one.do === 'spec') spec = { ...spec, waves: [...spec.waves].reverse() };
    else if (one.do === 'lose bundle') bundle = bundle.state === 'ready' ? { state: 'missing', message: 'away' } : { state: 'ready' };
    else if (one.do === 'approve') approvals = spec.waves.map(({ name }) => ({ planDigest: stepOf({ spec, status }, name, 'Widen Shadow'), decision: 'Approve', approver: 'ann' }));
    else if (one.do === 'relabel') clusters = clusters.map((known, index) => (index === one.cluster ? { ...known, labels: { ring: String((Number(known.labels['ring']) + 1) % 3) } } : known));
    else if (one.do === 'leave') clusters = clusters.filter((_, index) => index !== one.cluster);
    else if (one.do === 'count') {
      const target = status.clusters?.find(({ name }) => name === FLEET[one.cluster]?.name);
      const key = `${status.startedAt}/${target?.name}/${target?.mode}`;
      const known = log.get(key) ?? counts();
      if (target) log.set(key, Object.fromEntries(Object.entries(known).map(([name, value]) => [name, value + (one.counts[name as keyof DecisionCounts] ?? 0)])) as DecisionCounts);
    }
    if (one.do === 'pause' || one.do === 'halt' || one.do === 'spec') generation += 1;
    const started = status.startedAt;
    const view: RolloutView = { name: 'new', spec, status, generation, clusters, counted: (name, mode) => log.get(`${started}/${name}/${mode}`) ?? counts(), bundle, others: [], approvals, now };
    status = nextRollout(view).status;
    check(view, status);
  }
  return status;
}

const record = (status: PolicyRolloutStatus, name: string) => status.clusters?.find((one) => one.name === name);

describe('whatever happens', () => {
  const always = (check: (before: RolloutView, after: PolicyRolloutStatus) => void) => fc.assert(fc.property(fc.array(deed, { minLength: 20, maxLength: 160 }), (deeds) => void play(deeds, check)), { numRuns: 60, seed: 7 });

  it('no cluster skips a stage, and none enforces before it warned for the soak and the sample', () => {
    always(({ status: before, now }, after) => {
      for (const one of after.clusters ?? []) {
        const was = record(before, one.name);
        if (was === undefined || before.climb !== after.climb || was.wave !== one.wave) expect(one.mode).toBe('Shadow');
        else if (was.mode !== one.mode) {
          expect(LADDER.indexOf(one.mode)).toBe(LADDER.indexOf(was.mode) + 1);
          expect(now - Date.parse(was.since)).toBeGreaterThanOrEqual(hours(was.mode === 'Shadow' ? 4 : 2));
        }
      }
    });
  });

  it('a halt absorbs until the spec changes, and gives every cluster its last good bundle', () => {
    always(({ status: before, spec }, after) => {
      if (before.state === 'Halted' && before.climb === after.climb) expect(after).toEqual(before);
      if (after.state === 'Halted') for (const { name } of FLEET) expect(assignedDigests(name, [{ name: 'new', spec, status: after }], OLD).decides).toBe(OLD);
    });
  });

  it('a wave starts only after the one before finished, and never more than its share climbs at once', () => {
    always(({ spec, clusters, status: before }, after) => {
      const waves = wavesOf(spec, clusters);
      if (after.state !== 'Progressing') return;
      for (const [index, wave] of waves.entries()) {
        const mine = (after.clusters ?? []).filter((one) => one.wave === wave.name);
        const entered = mine.some((one) => record(before, one.name)?.wave !== wave.name);
        // A fleet that shrinks makes the share smaller under those who climb already: nobody joins them then.
        if (entered) expect(mine.filter((one) => !one.done).length).toBeLessThanOrEqual(wave.atOnce);
        if (entered) for (const earlier of waves.slice(0, index)) for (const name of earlier.clusters) expect(record(after, name)?.done).toBe(true);
      }
    });
  });

  it('what allows more than before is never promoted without a named human', () => {
    always(({ status: before, approvals }, after) => {
      for (const was of before.clusters ?? []) if (was.counts.newAllows > 0 && approvals.length === 0 && before.climb === after.climb) expect(record(after, was.name)?.mode ?? was.mode).toBe(was.mode);
    });
  });

  it('nothing moves while it is paused or its bundle is away', () => {
    always(({ status: before, spec, bundle }, after) => {
      if (before.state !== 'Progressing' || before.climb !== after.climb || (!spec.paused && bundle.state === 'ready')) return;
      expect((after.clusters ?? []).every((one) => record(before, one.name)?.mode === one.mode)).toBe(true);
    });
  });

  it('never takes more than a status may hold, and ends in the same status for the same view', () => {
    always((view, after) => {
      expect(nextRollout(view).status).toEqual(after);
      expect((after.reason ?? '').length).toBeLessThanOrEqual(256);
    });
  });
});

it('a good bundle gets to every cluster when time passes and decisions are made', () => {
  const reached = fc.sample(allGood, { numRuns: 10, seed: 3 }).map((deeds) => {
    const rounds = Array.from({ length: 60 }, () => [{ do: 'wait', hours: 5 }, ...FLEET.map((_, index) => ({ do: 'count', cluster: index, counts: { decisions: 10 } }))] as Deed[]).flat();
    return play([...deeds, ...rounds], () => {}).state;
  });
  expect(new Set(reached)).toEqual(new Set(['Completed']));
});
