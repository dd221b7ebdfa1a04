import { days, sha256, uuidFrom } from '@fleetmend/kernel';
import type { Outcome, Precedent } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { weigh, withQuietRepeats } from './weigh.ts';

const precedent = (rest: Partial<Precedent> = {}): Precedent => ({
  id: uuidFrom('one'), tenant: 't', fingerprint: sha256('one'), class: 'OOMKilled', shape: {}, cause: 'memory', action: 'setResources',
  fields: [], outcome: 'Verified', decidedBy: 'human', clusters: ['prod-1'], at: 0, request: { name: 'rr-1', uid: 'u', attempt: 1 }, ...rest,
});

describe('the weight of a finished case', () => {
  it.each<[Outcome, number]>([['VerifiedAfterEdit', 1.5], ['Verified', 1], ['SelfRecovered', 0], ['Escalated', 0], ['NotVerified', -1], ['Rejected', -1], ['Reverted', -2]])('that ended as %s is %d when fresh', (outcome, worth) => {
    expect(weigh(precedent({ outcome }), 0)).toBeCloseTo(worth);
  });

  it('halves every 90 days', () => {
    expect(weigh(precedent(), days(180))).toBeCloseTo(0.25);
  });

  it('is nothing for a good end that no human let in, and counts for a bad one', () => {
    expect(weigh(precedent({ decidedBy: 'machine' }), 0)).toBe(0);
    expect(weigh(precedent({ decidedBy: 'machine', outcome: 'Reverted' }), 0)).toBe(-2);
  });
});

describe('cases handed to reasoners', () => {
  const sum = (precedents: readonly { readonly weight: number }[]) => precedents.reduce((total, { weight }) => total + weight, 0);

  it('add up to no more for a source that repeats itself than two others can outweigh', () => {
    const loud = Array.from({ length: 30 }, () => ({ precedent: precedent({ outcome: 'VerifiedAfterEdit' }), weight: 1.5 }));
    expect(sum(withQuietRepeats(loud))).toBeLessThan(2);
  });

  it('add up in full for distinct clusters', () => {
    expect(sum(withQuietRepeats(['a', 'b', 'c'].map((name) => ({ precedent: precedent({ clusters: [name] }), weight: 1 }))))).toBe(3);
  });
});
