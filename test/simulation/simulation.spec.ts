import { describe, expect, it } from 'vitest';
import { withoutAmbientWorld } from './forbidden-globals.ts';
import { play } from './run.ts';
import { happySchedule, randomSchedule } from './schedule/random-schedule.ts';
import { ACTS, APPROVALS, FAULTS, REVIEWS } from './schedule/schedule.ts';
import { explain } from './shrink.ts';

const SCHEDULES = 1000;
const PER_TEST = 125;

describe('the simulation', () => {
  it('repairs what it can, when nothing is in the way', async () => {
    const outcome = await play(happySchedule());
    expect(outcome.violation).toBeUndefined();
    expect(outcome.ends).toEqual([expect.stringMatching(/ Succeeded Recovered$/)]);
  });

  it('plays the same schedule the same way twice', async () => {
    const tell = async (seed: number) => {
      const lines: string[] = [];
      await play(randomSchedule(seed), { trace: (line) => void lines.push(line) });
      return lines;
    };
    const first = await tell(7);
    expect(first.length).toBeGreaterThan(5);
    expect(await tell(7)).toEqual(first);
  });

  it('keeps the time, chance and network of the machine out of a run', async () => {
    const forbidden = [() => Date.now(), () => new Date(), () => Math.random(), () => setTimeout(() => undefined, 0), () => setImmediate(() => undefined), () => fetch('memory:')];
    await withoutAmbientWorld(async () => {
      for (const use of forbidden) expect(use).toThrow(/inside the simulation/);
    });
    expect(Date.now()).toBeGreaterThan(0);
  });
});

describe('every promise holds', () => {
  const fired = new Map<string, number>();
  const ends = new Set<string>();
  for (let from = 1; from < SCHEDULES; from += PER_TEST) {
    it(`over the schedules ${from} to ${from + PER_TEST - 1}`, { timeout: 120_000 }, async () => {
      for (let seed = from; seed < from + PER_TEST; seed += 1) {
        const schedule = randomSchedule(seed);
        const outcome = await play(schedule);
        for (const [what, times] of outcome.fired) fired.set(what, (fired.get(what) ?? 0) + times);
        for (const end of outcome.ends) ends.add(end.split(' ').slice(1, 2).join());
        if (outcome.violation !== undefined) expect.fail(await explain(schedule, outcome));
      }
    });
  }

  it.each([1865, 3218, 11600, 11646])('over schedule %i, which once broke one', { timeout: 60_000 }, async (seed) => {
    const schedule = randomSchedule(seed);
    const outcome = await play(schedule);
    if (outcome.violation !== undefined) expect.fail(await explain(schedule, outcome));
  });

  it.each([...Object.keys(FAULTS), ...ACTS, ...REVIEWS, ...APPROVALS.map((approval) => `approval: ${approval}`)])('although this happened: %s', (what) => {
    expect(fired.get(what) ?? 0).toBeGreaterThan(0);
  });

  it.each(['Succeeded', 'Failed', 'Escalated', 'Dismissed'])('and some requests ended as %s', (end) => {
    expect([...ends]).toContain(end);
  });
});
