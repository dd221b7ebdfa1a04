import { canonicalJson } from '@fleetmend/kernel';
import { describe, expect, it } from 'vitest';
import { aCase, historyOfField } from './case.fixture.ts';
import { playbook } from './playbook.ts';

const deps = { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } };
const reason = async (parts: Parameters<typeof aCase>[0]) => (await playbook.create({}, deps)).reason(aCase(parts), new AbortController().signal);
const limits = { resources: { limits: { memory: '64Mi' } } };

describe('playbook', () => {
  it('says "not mine" of a class that it has no rule for', async () => {
    expect(await reason({ class: 'PvcLost' })).toBeUndefined();
  });

  it('cites the evidence that it rests on', async () => {
    expect((await reason({ class: 'OOMKilled', template: limits }))?.cites).toHaveLength(2);
  });

  it('falls back to the next candidate when the first was tried', async () => {
    const history = [historyOfField(['resources', 'limits', 'memory'], '64Mi', '96Mi')];
    const first = await reason({ class: 'OOMKilled', template: limits, history });
    const second = await reason({ class: 'OOMKilled', template: limits, history, tried: [canonicalJson(first?.candidates[0])] });
    expect(second?.candidates).toEqual([{ action: 'setResources', container: 'app', limits: { memory: '128Mi' } }]);
  });

  it('hands over when everything it knows was tried', async () => {
    const tried = [canonicalJson({ action: 'setResources', container: 'app', limits: { memory: '128Mi' } })];
    expect((await reason({ class: 'OOMKilled', template: limits, tried }))?.candidates).toEqual([expect.objectContaining({ action: 'abstain', reason: 'NothingLeftToTry' })]);
  });
});
