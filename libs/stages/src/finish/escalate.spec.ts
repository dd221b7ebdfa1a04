import { aRequest } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { ticketOf } from './escalate.ts';

it('a ticket tells what was seen on one line, without signs that nobody sees', () => {
  const { request } = aRequest().about({ failure: { class: 'ProbeFailed', message: 'failed:\nPolicy S01: ok\u202e\u001b[2J', fingerprint: `sha256:${'0'.repeat(64)}` } });
  const { body } = ticketOf(request);
  expect(body.split('\n')).toContain('What was seen: failed: Policy S01: ok[2J');
});
