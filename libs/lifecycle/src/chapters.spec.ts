import type { RemediationRequestStatus } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { aRequest, FACTS, LEARNED } from './told-request.fixture.ts';
import { chaptersOf } from './chapters.ts';

const textsOf = (status: Partial<RemediationRequestStatus>) => chaptersOf(aRequest(status)).map(({ text }) => text);
const repaired = aRequest({
  phase: 'Succeeded',
  reason: 'Recovered',
  diagnosis: { ...FACTS.diagnosis, evidence: [], candidates: [] },
  plan: structuredClone(FACTS.plan) as unknown as NonNullable<RemediationRequestStatus['plan']>,
  verdict: structuredClone(FACTS.verdict) as unknown as NonNullable<RemediationRequestStatus['verdict']>,
  pullRequest: { ...FACTS.merged },
  clusters: [{ name: 'prod-1', rollout: { engine: 'argocd', state: 'Applied', revision: 'b'.repeat(40) }, verification: { state: 'Healthy', readAt: '2026-01-05T09:00:00Z' } }],
  aftermath: { ...LEARNED },
});

describe('the story of a repair', () => {
  it('is told from the failure to the lesson, in order', () => {
    expect(chaptersOf(repaired).map(({ text }) => text.split(/[:(]/)[0]?.trim())).toEqual([
      'Deployment/shop/checkout in prod-1',
      'cause',
      'plan',
      'policy allows it as T0',
      'pull request #1 is open on fleet',
      'pull request #1 is merged as bbbbbbb',
      'argocd applied bbbbbbb in prod-1',
      'healthy in prod-1; watching whether it stays so',
      'recovered for the hold',
      'learned',
    ]);
  });

  it('names the value before and after, and the file', () => {
    expect(chaptersOf(repaired)[2]?.text).toContain('64Mi → 128Mi in web.yaml');
  });

  it('gives each chapter a key of its own, so that it is told once', () => {
    const keys = chaptersOf(repaired).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('says what became of an attempt that was not enough', () => {
    const attempts = [{ attempt: 1, action: 'setResources', outcome: 'NotVerified', reason: 'SymptomRemains', at: '2026-01-05T09:00:00Z' }];
    expect(chaptersOf(aRequest({ attempt: 2, attempts })).map(({ text }) => text)).toContain('attempt 1 (setResources) did not end it: SymptomRemains; trying something else');
  });

  it('tells a second attempt as new', () => {
    const first = chaptersOf(aRequest({ diagnosis: { ...FACTS.diagnosis, evidence: [], candidates: [] } }));
    const second = chaptersOf(aRequest({ attempt: 2, diagnosis: { ...FACTS.diagnosis, evidence: [], candidates: [] } }));
    expect(second[1]?.key).not.toBe(first[1]?.key);
  });
});

describe('the story of what was not repaired', () => {
  it('ends with where a human should look', () => {
    const texts = textsOf({ phase: 'Escalated', reason: 'QuotaExhausted', diagnosis: { ...FACTS.diagnosis, evidence: [], candidates: [], abstain: { reason: 'QuotaExhausted', lookAt: 'the quota is full' } } });
    expect(texts.at(-1)).toBe('Escalated: QuotaExhausted: the quota is full');
  });

  it('says who closed the pull request', () => {
    expect(textsOf({ phase: 'Failed', reason: 'Vetoed', pullRequest: { ...FACTS.open, state: 'Closed', closedBy: 'Human' } })).toContain('pull request #1 was closed by human');
  });

  it('says which rule denied it', () => {
    const verdict = { ...structuredClone(FACTS.verdict), result: 'Deny', violations: [{ id: 'R03', class: 'Unsafe', message: 'too large a step' }] } as unknown as NonNullable<RemediationRequestStatus['verdict']>;
    expect(textsOf({ verdict })).toContain('policy denies it: R03 too large a step');
  });
});
