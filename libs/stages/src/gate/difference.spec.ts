import type { GateDecision } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { difference } from './judge.ts';

const allow: GateDecision = { allow: true, tier: 'T1', violations: [], warnings: [], requires: { approvals: 1, priorApproval: true, reviewers: [], labels: [] } };
const unsafe: GateDecision = { ...allow, allow: false, violations: [{ id: 'S01', class: 'Unsafe', message: 'privileged' }] };
const deferred: GateDecision = { ...allow, allow: false, violations: [{ id: 'F03', class: 'Deferred', message: 'frozen' }] };
const broken: GateDecision = { ...allow, allow: false, violations: [{ id: 'E01', class: 'Unsafe', message: 'no decision' }] };

describe('what another bundle would say of the same change', () => {
  it.each([
    ['lets go of a no', unsafe, allow],
    ['lets go of a wait: a freeze, a budget, a cool-down', deferred, allow],
    ['makes a wait of a no', unsafe, deferred],
    ['lowers the tier', allow, { ...allow, tier: 'T0' }],
    ['asks fewer people', allow, { ...allow, requires: { ...allow.requires, approvals: 0 } }],
    ['asks later', allow, { ...allow, requires: { ...allow.requires, priorApproval: false } }],
  ] as const)('is wider when it %s', (_what, before, after) => {
    expect(difference(before, after)).toEqual({ evalError: false, newDeny: false, newAllow: true });
  });

  it.each([
    ['says the same', allow, allow, { evalError: false, newDeny: false, newAllow: false }],
    ['says no', allow, unsafe, { evalError: false, newDeny: true, newAllow: false }],
    ['waits', allow, deferred, { evalError: false, newDeny: false, newAllow: false }],
    ['fails', allow, broken, { evalError: true, newDeny: false, newAllow: false }],
    ['answers where the one before failed', broken, allow, { evalError: false, newDeny: false, newAllow: false }],
  ] as const)('is told when it %s', (_what, before, after, told) => {
    expect(difference(before, after)).toEqual(told);
  });
});
