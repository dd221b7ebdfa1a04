import { describe, expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';
import { play } from './run.ts';
import { randomSchedule } from './schedule/random-schedule.ts';

/** A bug that hides for longer than this would hide from the schedules of every day, too. */
const SCHEDULES = 400;

describe('a bug put in on purpose is caught:', () => {
  it.each(Object.entries(plantedBugs))('%s', { timeout: 240_000 }, async (_, { bug, breaks, from = 1 }) => {
    for (let seed = from; seed < from + SCHEDULES; seed += 1) {
      const { violation } = await play(randomSchedule(seed), { bug });
      if (violation === undefined) continue;
      expect(breaks, violation.message).toContain(violation.invariant);
      return;
    }
    expect.fail(`${SCHEDULES} schedules did not notice it`);
  });
});
