import { expect, it } from 'vitest';
import { countsOf, rungsOf } from './rollout-wording.ts';

const stages = [{ mode: 'Shadow', minDecisions: 50 }, { mode: 'Warn', minDecisions: 20 }, { mode: 'Enforce' }] as const;
const none = { decisions: 0, replayed: 0, evalErrors: 0, newDenies: 0, newAllows: 0, verified: 0, failedVerifications: 0 };
const places = (cluster: Parameters<typeof rungsOf>[0], state = 'Progressing') => rungsOf(cluster, { stages, state }).map(({ place }) => place);

it('shows what is behind a cluster, where it is, and what comes', () => {
  expect(places({ name: 'a', mode: 'Warn', done: false })).toEqual(['past', 'here', 'ahead']);
  expect(places({ name: 'a', mode: 'Enforce', done: true })).toEqual(['past', 'past', 'past']);
  expect(places({ name: 'a', done: false })).toEqual(['ahead', 'ahead', 'ahead']);
});

it('shows where a cluster stopped when the rollout halted', () => {
  expect(places({ name: 'a', mode: 'Warn', done: false }, 'Halted')).toEqual(['past', 'stopped', 'ahead']);
});

it('counts in words: the sample, and only what speaks against the bundle', () => {
  expect(countsOf({ name: 'a', mode: 'Shadow', done: false, counts: { ...none, decisions: 12, replayed: 9, newDenies: 3 } }, { stages })).toEqual([{ text: '12 of 50 decisions, 9 of them judged again', bad: false }, { text: '3 newly denied', bad: true }]);
  expect(countsOf({ name: 'a', mode: 'Enforce', done: true, counts: { ...none, decisions: 4, verified: 1, failedVerifications: 2 } }, { stages }).map(({ text }) => text)).toEqual(['4 decisions', '2 of 3 repairs not verified']);
  expect(countsOf({ name: 'a', mode: 'Warn', done: false, counts: { ...none, decisions: 21 } }, { stages }).map(({ text }) => text)).toEqual(['21 decisions']);
  expect(countsOf({ name: 'a', done: false }, { stages })).toEqual([]);
});
