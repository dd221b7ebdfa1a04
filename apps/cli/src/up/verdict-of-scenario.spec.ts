import { minutes, seconds } from '@fleetmend/kernel';
import type { Phase } from '@fleetmend/model';
import type { Scenario } from '@fleetmend/sandbox';
import { describe, expect, it } from 'vitest';
import { aRequest, LEARNED } from '../../../../libs/lifecycle/src/told-request.fixture.ts';
import { holds, isDecided, patienceOf } from './verdict-of-scenario.ts';

const scenario = (expect: Partial<Scenario['expect']>) => ({ expect: { outcome: 'Repaired', ...expect } }) as unknown as Scenario;
const seen = (phases: readonly Phase[], pullRequests = 0) => ({ requests: phases.map((phase, index) => aRequest({ phase, aftermath: { ...LEARNED } }, `rr-${index}`)), pullRequests });

describe('an expected outcome holds', () => {
  it.each([
    ['Repaired', ['Succeeded'], 1, true],
    ['Repaired', ['Succeeded', 'Dismissed'], 1, true],
    ['Repaired', ['Succeeded', 'Escalated'], 1, false],
    ['Repaired', ['Failed'], 1, false],
    ['Repaired', [], 0, false],
    ['Escalated', ['Escalated'], 0, true],
    ['Escalated', ['Escalated'], 1, false],
    ['Escalated', ['Succeeded'], 1, false],
    ['Ignored', [], 0, true],
    ['Ignored', ['Dismissed'], 0, true],
    ['Ignored', ['Diagnosing'], 0, false],
  ] as const)('%s with %j and %d pull requests: %s', (outcome, phases, pullRequests, result) => {
    expect(holds(scenario({ outcome }), seen(phases, pullRequests))).toBe(result);
  });

  it('when another accepted outcome came true', () => {
    expect(holds(scenario({ outcome: 'Repaired', alsoAccept: [{ outcome: 'Escalated' }] }), seen(['Escalated']))).toBe(true);
  });

  it('only with the exact number of requests, where one is given', () => {
    expect(holds(scenario({ outcome: 'Escalated', requests: 1 }), seen(['Escalated', 'Dismissed']))).toBe(false);
  });
});

describe('the looking ends', () => {
  it('when every request is at its end', () => {
    expect(isDecided(scenario({}), seen(['Succeeded']))).toBe(true);
    expect(isDecided(scenario({}), seen(['Succeeded', 'Verifying']))).toBe(false);
  });

  it('not while only something that went away by itself was seen', () => {
    expect(isDecided(scenario({}), seen(['Dismissed']))).toBe(false);
  });

  it('at once when something happens where nothing may', () => {
    expect(isDecided(scenario({ outcome: 'Ignored' }), seen([]))).toBe(false);
    expect(isDecided(scenario({ outcome: 'Ignored' }), seen(['Diagnosing']))).toBe(true);
  });
});

it.each([
  [{ within: '90s' }, seconds(90)],
  [{}, minutes(3)],
  [{ outcome: 'Ignored', observe: '40s' } as const, seconds(40)],
  [{ within: '90s', alsoAccept: [{ outcome: 'Escalated', within: '4m' } as const] }, minutes(4)],
])('waits as long as %j allows', (expectation, span) => {
  expect(patienceOf(scenario(expectation))).toBe(span);
});
