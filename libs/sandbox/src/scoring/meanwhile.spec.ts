import { seconds } from '@fleetmend/kernel';
import { expect, it } from 'vitest';
import type { ScenarioAct } from '../world/scenario.ts';
import { createMeanwhile } from './meanwhile.ts';

const anAct = (message: string, more: Partial<ScenarioAct> = {}): ScenarioAct => ({ once: 'applied', after: 0, message, files: new Map(), byHand: () => [], ...more });
const NOBODY = { opened: false, merged: false } as const;

it('people wait for what they wait for, and as long as they want', async () => {
  const seen: string[] = [];
  const people = createMeanwhile({
    meanwhile: [anAct('on merge', { once: 'merged' }), anAct('on open', { once: 'opened', after: seconds(5) }), anAct('after ten', { after: seconds(10) })],
    appliedAt: seconds(100),
    act: async ({ message }) => void seen.push(message),
  });
  await people.look({ now: seconds(109), ...NOBODY });
  expect([...seen]).toEqual([]);
  await people.look({ now: seconds(110), ...NOBODY, opened: true });
  expect([...seen]).toEqual(['after ten']);
  expect(people.isDue()).toBe(true);
  await people.look({ now: seconds(115), ...NOBODY, opened: true });
  expect([...seen]).toEqual(['after ten', 'on open']);
  // A merge that never comes holds nothing up.
  expect(people.isDue()).toBe(false);
});

it('what people committed is taken as given, and only what they committed', async () => {
  const commits = [anAct('fix', { files: new Map([['a', 'mended'], ['b', null]]) }), anAct('later', { after: seconds(60), files: new Map([['c', 'x']]) })];
  const people = createMeanwhile({ meanwhile: commits, appliedAt: 0, act: async () => undefined });
  await people.look({ now: seconds(1), ...NOBODY });
  expect([...people.over(new Map([['a', 'broken'], ['b', 'old'], ['d', 'same']]))]).toEqual([['a', 'mended'], ['d', 'same']]);
});
