import { digestOf, minutes } from '@fleetmend/kernel';
import { RETRY_ANNOTATION, type FailureEvent } from '@fleetmend/model';
import { aRequest, memoryRequests, memorySettings, VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { createIntake, takeRetries } from './intake.ts';
import { createOpenSet } from './open-set.ts';

const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const FIRST = aRequest(START).in('Escalated', START + minutes(1)).request;
const fingerprint = digestOf('checkout');
const failing: FailureEvent = {
  schema: 1, cluster: 'prod-1', fingerprint, state: 'open', version: 1, epoch: START, at: START, firstSeen: START, count: 5,
  finding: { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, observation: { reason: 'OOMKilled', message: '' } },
};

/** A request that was escalated while its failure went on; `later` is what the agent says after that. */
async function escalated() {
  const clock = new VirtualClock(START + minutes(10));
  const ledger = memoryRequests(clock);
  ledger.seed(FIRST);
  const openSet = createOpenSet({ clock, closeDwell: 10_000 });
  const deps = { requests: ledger.port, settings: memorySettings().port, openSet, clock, shareFile: async () => [], broughtByGit: async () => false, window: 1_000 };
  const trouble: unknown[] = [];
  const end = takeRetries(deps, (error) => trouble.push(error));
  const intake = createIntake(deps);
  const taken = (event: FailureEvent) => {
    const result = intake(event);
    return clock.run(2_000).then(() => result);
  };
  const ask = (name = FIRST.metadata.name) => {
    const request = ledger.all().find(({ metadata }) => metadata.name === name);
    if (request) ledger.seed({ ...request, metadata: { ...request.metadata, annotations: { [RETRY_ANNOTATION]: 'ada' } } });
    return clock.run(2_000);
  };
  return { clock, ledger, taken, ask, end, trouble, names: () => ledger.all().map(({ metadata }) => metadata.name).sort() };
}

it('makes no new request of what never stopped failing, until a person asks', async () => {
  const { taken, ask, names, ledger, trouble } = await escalated();
  await taken(failing);
  await taken({ ...failing, version: 2, count: 10 });
  expect(names()).toEqual(['rr-0123456789ab-1']);
  await ask();
  expect(names()).toHaveLength(2);
  expect(ledger.all().at(-1)).toMatchObject({ metadata: { name: expect.stringMatching(/-2$/) }, spec: { failure: { fingerprint } }, status: { phase: 'Detected' } });
  expect(trouble).toEqual([]);
});

it('asks once: the new request blocks the next one as the first did', async () => {
  const { taken, ask, names, ledger } = await escalated();
  await taken(failing);
  await ask();
  const second = ledger.all().find(({ metadata }) => metadata.name.endsWith('-2'));
  if (second) ledger.seed({ ...second, status: { ...second.status, phase: 'Failed', reason: 'SymptomRemains' } });
  await taken({ ...failing, version: 3, count: 20 });
  await ask();
  expect(names()).toHaveLength(2);
});

it('makes none where nothing fails any more', async () => {
  const { taken, ask, names } = await escalated();
  await taken({ ...failing, version: 2, state: 'closed' });
  await ask();
  expect(names()).toHaveLength(1);
});

it('is heard by a hub that was away, when the agent says everything again', async () => {
  const { taken, ask, names, end } = await escalated();
  end();
  await ask();
  expect(names()).toHaveLength(1);
  await taken(failing);
  expect(names()).toHaveLength(2);
});
