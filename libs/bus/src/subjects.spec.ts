import { sha256 } from '@fleetmend/kernel';
import { describe, expect, it } from 'vitest';
import { createClusters } from './clusters.ts';
import type { HubBus } from './bus.ts';
import { readSubject, subjects } from './subjects.ts';

describe('subjects', () => {
  it('read back who they belong to', () => {
    const fingerprint = sha256('x');
    expect(readSubject(subjects.failure('prod-1', fingerprint))).toEqual({ kind: 'fail', cluster: 'prod-1', last: fingerprint.slice(7) });
    expect(readSubject(subjects.answer('prod-1', 'id'))).toEqual({ kind: 'ans', cluster: 'prod-1', last: 'id' });
  });

  it.each(['', 'fail.v1.prod-1', 'fail.v2.prod-1.x', 'fail.v1.Prod_1.x', 'fail.v1.prod-1.x.y', 'fail.v1.*.x', '$JS.API.STREAM.DELETE', 'fail.v1..x'])('are not: "%s"', (subject) => {
    expect(readSubject(subject)).toBeUndefined();
  });
});

describe('asking through the port', () => {
  const hubThatRefuses = (reason: string) => ({ ask: async () => ({ answer: 'refusal', reason, message: 'because' }) }) as unknown as HubBus;
  const question = { question: 'object', ref: { apiVersion: 'v1', kind: 'Secret' }, limit: 1 } as const;

  it('makes a refusal permanent with its own reason, unless the agent only could not just now', async () => {
    await expect(createClusters(hubThatRefuses('KindNotReadable')).ask('prod-1', question)).rejects.toMatchObject({ name: 'PermanentError', reason: 'KindNotReadable' });
    await expect(createClusters(hubThatRefuses('Unavailable')).ask('prod-1', question)).rejects.toMatchObject({ name: 'Error', message: 'the agent of prod-1 refused "object": because' });
  });
});
