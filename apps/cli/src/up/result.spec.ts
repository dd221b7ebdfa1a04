import type { RemediationRequestStatus } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { aRequest, FACTS, LEARNED } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { isFinished, renderResult } from './result.ts';

const plan = structuredClone(FACTS.plan) as unknown as NonNullable<RemediationRequestStatus['plan']>;
const input = { requests: 1, milliseconds: 25_149, repository: '/r', kubeconfig: '/k' };

it('tells a repair in the shape that is promised', () => {
  expect(renderResult({ ...input, request: aRequest({ phase: 'Succeeded', plan, pullRequest: { ...FACTS.merged } }) })).toEqual({
    phase: 'Succeeded',
    attempt: 1,
    requests: 1,
    pullRequest: { state: 'merged', number: 1, url: 'local:fleet/pulls/1', branch: 'fleetmend/checkout', mergeSHA: 'b'.repeat(40) },
    memory: { before: '64Mi', after: '128Mi' },
    seconds: 25.1,
    repository: '/r',
    kubeconfig: '/k',
  });
});

it('leaves memory out where no memory limit changed', () => {
  const [change] = plan.changes;
  const image = { ...plan, changes: [{ ...change, file: 'web.yaml', path: 'spec/template/spec/containers/0/image', before: 'a:1', after: 'a:2' }] };
  expect(renderResult({ ...input, request: aRequest({ plan: image }) })).not.toHaveProperty('memory');
});

it('says None where there is no request', () => {
  expect(renderResult({ ...input, requests: 0, request: undefined })).toMatchObject({ phase: 'None', requests: 0 });
});

it.each([
  ['a request that was learned from', { phase: 'Succeeded', aftermath: { ...LEARNED } } as const, true],
  ['a request that is yet to be learned from', { phase: 'Succeeded' } as const, false],
  ['a live request', { phase: 'Verifying' } as const, false],
])('%s is finished: %3$s', (_name, status, finished) => {
  expect(isFinished(aRequest(status))).toBe(finished);
});
