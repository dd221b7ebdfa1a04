import { expect, it } from 'vitest';
import { sumReports } from './sum-reports.ts';

const report = (over: object) => ({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [], ...over });

it('adds up all tiers', () => {
  expect(sumReports([report({ numPassedTests: 3, numPendingTests: 1 }), report({ numPassedTests: 4, numFailedTests: 2 })])).toEqual({ passed: 7, failed: 2, skipped: 1 });
});

it('counts a spec file that could not be loaded as a failure', () => {
  expect(sumReports([report({ numPassedTests: 3, testResults: [{ name: 'x', status: 'failed', assertionResults: [] }] })])).toMatchObject({ failed: 1 });
});
