import type { Diagnosis } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { whileSuspended } from './while-suspended.ts';

const found: Diagnosis = { cause: 'the image does not exist', confidence: 0.95, source: 'Playbook', reasoner: 'playbook', evidence: [], candidates: ['{"action":"setImage"}'], at: '2026-01-05T10:00:00Z' };
const WHO = 'HelmRelease/router/router';

it('what an engine does not apply at present is told, with its cause, and not done', () => {
  const { candidates, cause, abstain } = whileSuspended(found, WHO);
  expect({ candidates, cause }).toEqual({ candidates: [], cause: 'the image does not exist' });
  expect(abstain).toMatchObject({ reason: 'EngineSuspended', lookAt: expect.stringContaining(`${WHO} is suspended`) });
});

it('what a person should look at besides is not lost', () => {
  expect(whileSuspended({ ...found, candidates: [], abstain: { reason: 'Drift', lookAt: 'Put it back.' } }, WHO).abstain?.lookAt).toMatch(/Put it back\.$/);
});
