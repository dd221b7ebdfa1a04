import { seconds } from '@fleetmend/kernel';
import type { Phase } from '@fleetmend/model';
import { aRequest, VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import type { Scenario } from '../world/scenario.ts';
import { proposedFiles, watchScenario, type WatchedWorld } from './watch-scenario.ts';

const clock = () => new VirtualClock(0);
const ended = (name: string, phase: Phase) => aRequest(0).named(name).in(phase).with({ aftermath: { learned: 'x' } as never }).request;

async function watched(requestsAt: (now: number) => ReturnType<WatchedWorld['requests']>, within = '8m') {
  const time = clock();
  const world: WatchedWorld = { clock: time, requests: () => requestsAt(time.now()), tickets: async () => [], pullRequests: async () => [], files: async () => new Map(), troubles: async () => [{ about: 'a', what: 'b' }], live: async () => () => undefined, act: async () => undefined };
  const scenario = { clusters: ['prod-1'], meanwhile: [], expect: { outcome: 'Repaired', within } } as unknown as Scenario;
  const seen = watchScenario({ scenario, world, appliedAt: 0, steps: [], usual: new Set(), quiet: seconds(180) });
  await time.run(seconds(900));
  return { requests: (await seen).requests.map(({ name }) => name) };
}

it('a second symptom that is noticed after the first request ended is still seen', async () => {
  expect(await watched(async (now) => [ended('first', 'Escalated'), ...(now >= seconds(170) ? [ended('second', 'Succeeded')] : [])])).toEqual({ requests: ['first', 'second'] });
});

it('what comes long after everything ended is not waited for, and nothing beyond the end', async () => {
  expect(await watched(async (now) => [ended('first', 'Escalated'), ...(now >= seconds(200) ? [ended('late', 'Succeeded')] : [])])).toEqual({ requests: ['first'] });
  expect(await watched(async (now) => [ended('first', 'Escalated'), ...(now >= seconds(60) ? [ended('late', 'Succeeded')] : [])], '30s')).toEqual({ requests: ['first'] });
});

it('requests are looked at while a pull request is open, too', async () => {
  const time = clock();
  let asked = 0;
  const requests = async () => [ended(`look-${(asked += 1)}`, 'PullRequestOpen')];
  const open = { number: 1, title: '', state: 'Open', openedAt: 0, files: new Map() } as never;
  const world: WatchedWorld = { clock: time, requests, tickets: async () => [], pullRequests: async () => [open], files: async () => new Map(), troubles: async () => [], live: async () => () => undefined, act: async () => undefined };
  const scenario = { clusters: ['prod-1'], meanwhile: [], expect: { outcome: 'Repaired', within: '10s' } } as unknown as Scenario;
  const seen = watchScenario({ scenario, world, appliedAt: 0, steps: [], usual: new Set() });
  await time.run(seconds(60));
  await seen;
  expect(asked).toBeGreaterThanOrEqual(10);
});

it('a pull request is seen over what people changed in the same file meanwhile', () => {
  const text = (region: string, replicas: number) => `kind: Deployment\nreplicas: ${replicas}\nenv:\n- region: ${region}\n- page: 20\n`;
  const files = (one: string) => new Map([['a.yaml', one]]);
  const seen = proposedFiles({ faulty: files(text('eu-west', 0)), before: files(text('eu-west', 2)), after: files(text('eu', 2)) });
  expect(seen.get('a.yaml')).toBe(text('eu', 0));
});
