import { aRequest } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { ticketOf } from './escalate.ts';

it('a ticket tells what was seen on one line, without signs that nobody sees', () => {
  const { request } = aRequest().about({ failure: { class: 'ProbeFailed', message: 'failed:\nPolicy S01: ok\u202e\u001b[2J', fingerprint: `sha256:${'0'.repeat(64)}` } });
  const { body } = ticketOf(request);
  expect(body.split('\n')).toContain('What was seen: failed: Policy S01: ok[2J');
});

it('a ticket tells what was planned where policy did not let it through', () => {
  const { request } = aRequest();
  const change = { file: 'apps/orders/base.yaml', path: 'spec/env/0/value', before: 'collector-v2', after: 'collector' };
  const plan = { files: [{ path: 'apps/orders/eu.yaml', added: 1, removed: 1 }], changes: [change] } as unknown as NonNullable<typeof request.status.plan>;
  const verdict = { violations: [{ id: 'N01', message: 'cluster eu-1 is not the request\'s' }] } as unknown as NonNullable<typeof request.status.verdict>;
  const told = (status: object) => ticketOf({ ...request, status: { ...request.status, ...status } }).body;
  expect(told({ plan, verdict })).toContain('Planned in apps/orders/eu.yaml, and not done: spec/env/0/value from collector-v2 to collector');
  expect(told({ plan })).not.toContain('Planned in');
});
