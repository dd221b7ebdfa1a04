import { detectors } from '@fleetmend/detectors';
import { expect, it } from 'vitest';
import { notLookedAt } from './not-looked-at.ts';

const states = (...all: readonly (readonly [resource: string, state: string])[]) => all.map(([resource, state]) => ({ resource, state }));

it('names the kinds that may not be read, who is silent about them, and who says less', () => {
  expect(notLookedAt(states(['pods', 'synced'], ['nodes', 'denied'], ['applications', 'denied']), detectors)).toEqual([
    { resource: 'applications', silent: ['argo-application', 'drift'], saidLess: expect.any(Array) },
    { resource: 'nodes', silent: ['node-not-ready'], saidLess: expect.arrayContaining(['unschedulable']) },
  ]);
});

it('has nothing to say where all was read, or is not there', () => {
  expect(notLookedAt(states(['pods', 'synced'], ['applications', 'absent']), detectors)).toEqual([]);
});
