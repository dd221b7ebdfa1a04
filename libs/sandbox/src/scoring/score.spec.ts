import { describe, expect, it } from 'vitest';
import type { ScenarioFile } from '../world/scenario-schema.ts';
import { score } from './score.ts';
import { aPullRequest, aRequest, aSeen, FILE, files, manifest, nothingDone, repairedTo } from './spec-support/a-seen.ts';

type Expect = ScenarioFile['expect'];
const MEMORY = 'spec/template/spec/containers/[name=app]/resources/limits/memory';
const repaired = (more: Partial<Expect> = {}): Expect => ({ outcome: 'Repaired', change: [{ file: FILE, path: MEMORY, to: { atLeast: '100Mi', atMost: '256Mi' } }], within: '3m', ...more });
const escalated = (more: Partial<Expect> = {}): Expect => ({ outcome: 'Escalated', ...more });
const ignored = (more: Partial<Expect> = {}): Expect => ({ outcome: 'Ignored', observe: '1m', ...more });
const aTicket = { title: 'OOMKilled: Deployment/shop/checkout', body: 'the quota allows no more' };
const given = (outcome: string, seen: ReturnType<typeof aSeen>) => ({ outcome, seen });

describe('a scenario that is to be repaired', () => {
  it.each([
    ['the wanted change alone, healthy in time and for a minute', given('Repaired', aSeen())],
    ['nobody noticed', given('Missed', nothingDone())],
    ['it was handed to a human', given('Missed', nothingDone({ requests: [aRequest({ phase: 'Escalated' })], tickets: [aTicket] }))],
    ['the request never ended', given('Missed', nothingDone({ requests: [aRequest({ phase: 'Verifying', finished: false })] }))],
    ['the right change was proposed and nobody merged it', given('Missed', nothingDone({ requests: [aRequest({ phase: 'PullRequestOpen', finished: false })], pullRequests: [aPullRequest({ state: 'Open' })] }))],
    ['another change was proposed and nobody merged it', given('Wrong', nothingDone({ pullRequests: [aPullRequest({ state: 'Open', files: files(manifest({ memory: '64Mi', host: 'other' })) })] }))],
    ['the value is out of bounds', given('Wrong', repairedTo(manifest({ memory: '512Mi' })))],
    ['it does not heal', given('Wrong', aSeen({ recoveredAfter: undefined, heldFor: 0, troubles: ['it crashes'] }))],
    ['it heals too late', given('Wrong', aSeen({ recoveredAfter: 181_000 }))],
    ['it heals at the last moment', given('Repaired', aSeen({ recoveredAfter: 180_000 }))],
    ['it heals for less than a minute', given('Wrong', aSeen({ heldFor: 59_000 }))],
    ['something else was edited, too', given('Wrong', repairedTo(manifest({ host: 'elsewhere' })))],
    ['the request moved with its limit', given('Repaired', repairedTo(manifest({ request: '128Mi' })))],
  ])('%s', (_, { outcome, seen }) => {
    const result = score(repaired(), seen);
    expect([result.outcome, result.asExpected]).toEqual([outcome, outcome === 'Repaired']);
  });

  it('says what was expected and what there is', () => {
    expect(score(repaired(), repairedTo(manifest({ memory: '512Mi' }))).why).toBe(`${FILE} ${MEMORY} is "512Mi", wanted {"atLeast":"100Mi","atMost":"256Mi"}`);
  });

  it('counts requests and pull requests where a number is given', () => {
    expect(score(repaired({ requests: 1, pullRequests: 1 }), aSeen()).outcome).toBe('Repaired');
    expect(score(repaired({ pullRequests: 2 }), aSeen())).toMatchObject({ outcome: 'Wrong', why: '1 pull requests, exactly 2 expected' });
    expect(score(repaired({ requests: 1 }), aSeen({ requests: [aRequest(), aRequest({ name: 'rr-2' })] })).outcome).toBe('Wrong');
  });
});

describe('a scenario that is to be handed to a human', () => {
  it.each([
    ['a ticket, and nothing touched', given('Escalated', nothingDone({ requests: [aRequest({ phase: 'Escalated' })], tickets: [aTicket] }))],
    ['nobody noticed', given('Missed', nothingDone())],
    ['a ticket that leaves out what it had to say', given('Missed', nothingDone({ requests: [aRequest({ phase: 'Escalated' })], tickets: [{ ...aTicket, body: 'too little memory' }] }))],
    ['a pull request, even a good one', given('Wrong', aSeen())],
    ['a pull request that was closed', given('Wrong', nothingDone({ requests: [aRequest({ phase: 'Escalated' })], tickets: [aTicket], pullRequests: [aPullRequest({ state: 'Closed' })] }))],
  ])('%s', (_, { outcome, seen }) => {
    expect(score(escalated({ mentions: ['OOMKilled', 'quota'] }), seen).outcome).toBe(outcome);
  });
});

describe('a scenario that is to be left alone', () => {
  it.each([
    ['nothing was seen', given('Ignored', nothingDone())],
    ['it went away before anybody looked into it', given('Ignored', nothingDone({ requests: [aRequest({ phase: 'Dismissed', worked: false })] }))],
    ['a cause was looked for', given('Missed', nothingDone({ requests: [aRequest({ phase: 'Diagnosing' })] }))],
    ['a pull request was opened', given('Wrong', aSeen())],
  ])('%s', (_, { outcome, seen }) => {
    expect(score(ignored(), seen).outcome).toBe(outcome);
  });

  const went = { requests: [aRequest({ phase: 'Dismissed', worked: true })], troubles: [] };
  it.each([
    ['somebody looked into it, and it went away by itself', given('Ignored', nothingDone(went))],
    ['what was proposed was closed again', given('Ignored', nothingDone({ ...went, pullRequests: [aPullRequest({ state: 'Closed' })] }))],
    ['what was proposed was merged', given('Wrong', nothingDone({ ...went, pullRequests: [aPullRequest({ state: 'Merged' })] }))],
    ['it was handed over', given('Missed', nothingDone({ ...went, requests: [aRequest({ phase: 'Escalated' })] }))],
    ['it did not go away', given('Missed', nothingDone({ ...went, troubles: ['it crashes'] }))],
    ['there were more of them', given('Wrong', nothingDone({ ...went, requests: [...went.requests, ...went.requests] }))],
  ])('with an exact number of requests: %s', (_, { outcome, seen }) => {
    expect(score(ignored({ requests: 1, pullRequests: seen.pullRequests.length }), seen).outcome).toBe(outcome);
  });
});

describe('other complete expectations', () => {
  const either = repaired({ alsoAccept: [{ outcome: 'Escalated', mentions: ['quota'] }] });

  it('count in full', () => {
    expect(score(either, nothingDone({ requests: [aRequest({ phase: 'Escalated' })], tickets: [aTicket] }))).toEqual({ outcome: 'Escalated', asExpected: true, why: 'accepted as well' });
  });

  it('leave the first one in charge where none came true', () => {
    expect(score(either, nothingDone())).toMatchObject({ outcome: 'Missed', asExpected: false, why: 'nobody noticed the fault' });
  });
});

it('anything forbidden is worse than everything else, also where it was only proposed', () => {
  const forbids = repaired({ forbidden: [{ file: FILE, path: 'spec/replicas' }] });
  const text = manifest().replace('replicas: 2', 'replicas: 1');
  expect(score(forbids, repairedTo(text)).outcome).toBe('Harmful');
  expect(score(forbids, nothingDone({ pullRequests: [aPullRequest({ state: 'Closed', files: files(text) })] })).outcome).toBe('Harmful');
  expect(score({ ...forbids, forbidden: [{ file: FILE, path: 'spec/replicas', as: 'Wrong' }] }, repairedTo(text)).outcome).toBe('Wrong');
});
