import { expect, it } from 'vitest';
import { attemptsLastDay, countsAsOpen, openPullRequestUse } from './budgets.ts';
import { aRequest, aView, ago, intent, minute, PLAN, pullRequest } from './spec-support/views.ts';

const over = (view: ReturnType<typeof aView>) => openPullRequestUse(view).filter((use) => use.open >= use.limit).map((use) => use.scope);

it('an intent that stands counts like an open pull request, and a withdrawn or ended one does not', () => {
  expect(countsAsOpen(aRequest('Delivering', { intent: intent() }))).toBe(true);
  expect(countsAsOpen(aRequest('Delivering', { intent: intent({ confirmed: false }) }))).toBe(true);
  expect(countsAsOpen(aRequest('Delivering', { intent: intent({ withdrawn: 'OverBudget' }) }))).toBe(false);
  expect(countsAsOpen(aRequest('Escalated', { intent: intent() }))).toBe(false);
  expect(countsAsOpen(aRequest('PullRequestOpen', { intent: intent(), pullRequest: pullRequest() }))).toBe(true);
  expect(countsAsOpen(aRequest('Merged', { intent: intent(), pullRequest: pullRequest({ state: 'Merged' }) }))).toBe(false);
});

it('one pull request per field and per workload', () => {
  const rival = aRequest('PullRequestOpen', { plan: PLAN, pullRequest: pullRequest() }, { uid: 'uid-2' });
  expect(over(aView('Delivering', { plan: PLAN, others: [rival] }))).toEqual([`field ${PLAN.fields[0]}`, 'workload']);
});

it('leaves its own pull request out', () => {
  const own = aRequest('PullRequestOpen', { plan: PLAN, pullRequest: pullRequest() });
  expect(over(aView('PullRequestOpen', { plan: PLAN, others: [own] }))).toEqual([]);
});

it('counts per namespace, and what was created in the last hour', () => {
  const others = ['2', '3'].map((n) => aRequest('PullRequestOpen', { plan: { ...PLAN, fields: [`f${n}`] }, pullRequest: pullRequest({ openedAt: ago(minute) }) }, { uid: `uid-${n}`, workload: `w${n}` }));
  expect(over(aView('Delivering', { plan: PLAN, others }))).toEqual(['namespace']);
  const created = ['4', '5', '6', '7'].map((n) => aRequest('Succeeded', { plan: PLAN, opened: [ago(59 * minute)], pullRequest: pullRequest({ state: 'Merged', openedAt: ago(59 * minute) }) }, { uid: `uid-${n}`, workload: `w${n}` }));
  expect(over(aView('Delivering', { plan: PLAN, others: created }))).toEqual(['created in the last hour']);
});

it('remembers the attempts of the last day, and when the last one was', () => {
  const attempts = [{ attempt: 1, action: 'setResources', outcome: 'NotVerified', reason: '', pullRequest: 'pr', at: ago(30 * minute) }];
  const old = [{ ...attempts[0], at: ago(25 * 60 * minute) }] as typeof attempts;
  expect(attemptsLastDay(aView('Detected', { attempts })).count).toBe(1);
  expect(attemptsLastDay(aView('Detected', { attempts: old })).count).toBe(0);
});
