import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { aRequest } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { createStoryTeller, renderElapsed } from './story-teller.ts';

const start = () => {
  const lines: string[] = [];
  const live: string[] = [];
  const clock = new VirtualClock();
  const teller = createStoryTeller({ terminal: { line: (text) => lines.push(text), live: (text) => live.push(text), isTty: false, colour: false }, clock, start: clock.now() });
  return { lines, live, clock, teller };
};

it('tells each thing once, with the time since the start', async () => {
  const { lines, clock, teller } = start();
  await clock.run(7_000);
  teller.tell(aRequest());
  teller.tell(aRequest());
  expect(lines).toEqual(['  0:07  ✗ Deployment/shop/checkout in prod-1: OOMKilled, killed']);
});

it('shows what goes on at the moment, and nothing that is over', () => {
  const { live, teller } = start();
  teller.now([aRequest({ phase: 'Verifying' }), aRequest({ phase: 'Succeeded' }, 'rr-2')]);
  expect(live[0]).toContain('checkout: Verifying');
  expect(live[0]).not.toContain('Succeeded');
});

it.each([
  [0, '  0:00'],
  [61_500, '  1:01'],
  [3_600_000, ' 60:00'],
])('renders %d ms as %j', (ms, text) => {
  expect(renderElapsed(ms)).toBe(text);
});
