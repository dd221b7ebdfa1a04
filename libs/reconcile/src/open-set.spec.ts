import { describe, expect, it } from 'vitest';
import { xorOf, type FailureEvent, type Heartbeat } from '@fleetmend/model';
import { VirtualClock } from '@fleetmend/testing';
import { createOpenSet } from './open-set.ts';

const fingerprint = (digit: string) => `sha256:${digit.repeat(64)}`;
const START = Date.UTC(2026, 0, 5, 9, 0, 0);

function event(over: Partial<FailureEvent> = {}): FailureEvent {
  return {
    schema: 1,
    cluster: 'prod-1',
    fingerprint: fingerprint('a'),
    state: 'open',
    version: 1,
    epoch: START,
    at: START,
    firstSeen: START,
    count: 1,
    finding: { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, observation: { reason: 'OOMKilled', message: '' } },
    ...over,
  };
}
const heartbeat = (open: readonly string[], over: Partial<Heartbeat> = {}): Heartbeat => ({ schema: 1, cluster: 'prod-1', agent: { version: '0' }, epoch: START, at: START, open: open.length, xor: xorOf(open), pods: 1, ...over });

function setUp() {
  const clock = new VirtualClock(START);
  return { clock, set: createOpenSet({ clock, closeDwell: 10_000 }) };
}

describe('the open set', () => {
  it('keeps the last word on a fingerprint, in whatever order the words arrive', () => {
    const { set } = setUp();
    expect(set.apply(event({ version: 2, state: 'closed' }))).toBe(true);
    expect(set.apply(event({ version: 1 }))).toBe(false);
    expect(set.apply(event({ version: 2 }))).toBe(false);
    expect(set.find('prod-1', fingerprint('a'))?.state).toBe('closed');
  });

  it('takes a later life of the agent over an earlier one, whatever its versions', () => {
    const { set } = setUp();
    set.apply(event({ version: 9, state: 'closed' }));
    expect(set.apply(event({ epoch: START + 1, version: 1 }))).toBe(true);
    expect(set.open('prod-1')).toHaveLength(1);
  });

  it('is not synced before a heartbeat has said the same', () => {
    const { set } = setUp();
    set.apply(event());
    expect(set.isSynced('prod-1')).toBe(false);
    expect(set.compare(heartbeat([fingerprint('a')]))).toBe(false);
    expect(set.isSynced('prod-1')).toBe(true);
  });

  it('asks for everything when the agent knows more, or less', () => {
    const { set } = setUp();
    set.apply(event());
    expect(set.compare(heartbeat([fingerprint('a'), fingerprint('b')]))).toBe(true);
    expect(set.isSynced('prod-1')).toBe(false);
    expect(set.compare(heartbeat([]))).toBe(true);
  });

  it('closes what an agent that was asked for everything did not say again, since news of an end may be lost', async () => {
    const { set, clock } = setUp();
    set.apply(event());
    set.apply(event({ fingerprint: fingerprint('b') }));
    await clock.run(1000);
    expect(set.compare(heartbeat([fingerprint('b')], { at: START + 1000 }))).toBe(true);
    expect(set.open('prod-1')).toHaveLength(2);
    set.apply(event({ fingerprint: fingerprint('b'), version: 2, at: START + 1000 }));
    set.compare(heartbeat([fingerprint('b')], { at: START + 1000 }));
    expect(set.open('prod-1').map((entry) => entry.fingerprint)).toEqual([fingerprint('b')]);
    expect(set.isSynced('prod-1')).toBe(true);
  });

  it('keeps what is younger than the digest', () => {
    const { set } = setUp();
    set.apply(event({ at: START + 500 }));
    set.compare(heartbeat([], { at: START }));
    expect(set.open('prod-1')).toHaveLength(1);
  });

  it('does not believe that a restarted agent has seen a recovery before it had the time to', async () => {
    const { set, clock } = setUp();
    set.apply(event());
    set.compare(heartbeat([], { epoch: START + 5 }));
    expect(set.find('prod-1', fingerprint('a'))?.state).toBe('open');
    expect(set.isSynced('prod-1')).toBe(false);
    await clock.run(10_000);
    set.compare(heartbeat([], { epoch: START + 5 }));
    expect(set.find('prod-1', fingerprint('a'))?.state).toBe('closed');
    expect(set.isSynced('prod-1')).toBe(true);
  });

  it('remembers when an agent was last heard, and when a fingerprint ended', async () => {
    const { set, clock } = setUp();
    expect(set.lastContact('prod-1')).toBeUndefined();
    await clock.run(3000);
    set.apply(event({ state: 'closed', version: 3, at: START + 2000 }));
    expect(set.lastContact('prod-1')).toBe(START + 3000);
    expect(set.lastEnded('prod-1', fingerprint('a'))).toBe(START + 2000);
  });

  it('says what changed to whoever listens', () => {
    const { set } = setUp();
    const heard: string[] = [];
    set.onChange((cluster, changed) => heard.push(`${cluster} ${changed.slice(7, 8)}`));
    set.apply(event());
    set.apply(event());
    set.apply(event({ fingerprint: fingerprint('b') }));
    expect(heard).toEqual(['prod-1 a', 'prod-1 b']);
  });
});
