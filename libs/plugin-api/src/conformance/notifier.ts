import type { RemediationRequest } from '@fleetmend/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Notifier } from '../notifier.ts';
import { tellsRollouts, type RolloutHalt } from '../rollout-news.ts';

/** What a channel holds now: one entry per message that a person would see. */
export interface ChannelView {
  readonly notifier: Notifier;
  readonly messages: () => Promise<readonly string[]>;
  /** False: a channel for tickets, which tells no moves. */
  readonly announces?: boolean;
  /** What this channel is expected to do with a halted policy rollout; left out: nothing. */
  readonly tellsRollouts?: boolean;
  readonly close?: () => Promise<void>;
}

const request: RemediationRequest = {
  apiVersion: 'fleetmend.dev/v1alpha1',
  kind: 'RemediationRequest',
  metadata: { name: 'rr-0123456789ab-1', namespace: 'shop-team', uid: 'a1b2', resourceVersion: '7', creationTimestamp: '2026-01-05T09:00:00Z' },
  spec: { clusters: ['prod-1'], scope: 'Workload', cancel: false, target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, failure: { class: 'OOMKilled', message: 'killed', fingerprint: `sha256:${'0'.repeat(64)}` } },
  status: { phase: 'Escalated', attempt: 1 },
};

const halt: RolloutHalt = {
  rollout: { namespace: 'fleetmend-system', name: 'next', uid: 'c3d4' },
  bundle: `sha256:${'1'.repeat(64)}`,
  wave: 'ring-0',
  stage: 'Shadow',
  reason: 'NewDenies',
  message: '7 of 9 decisions newly denied in prod-1 (Shadow), more than 20%',
  key: 'rollout/c3d4/4/halted',
};

/** What every notifier must do: each message once, tickets found again, trouble thrown and not swallowed. */
export function notifierConformance({ kind, create }: { readonly kind: string; readonly create: () => Promise<ChannelView> }): void {
  let view: ChannelView;
  beforeEach(async () => {
    view = await create();
  });
  afterEach(() => view.close?.());
  const told = (count: number): number => (view.announces === false ? 0 : count);
  const announce = (key: string) => view.notifier.announce({ request, from: 'Proposed', to: 'Escalated', reason: 'PolicyDenied', message: 'policy denied the plan', key });
  const escalate = () => view.notifier.escalate({ request, marker: 'rr:a1b2', title: 'checkout was killed for memory', body: 'the quota is exhausted' });

  it('carries the kind of its definition', () => {
    expect(view.notifier.kind).toBe(kind);
  });

  it('says a move once, however often it is announced', async () => {
    await announce('a1b2/1/Proposed/Escalated');
    await announce('a1b2/1/Proposed/Escalated');
    const messages = await view.messages();
    expect(messages).toHaveLength(told(1));
    for (const message of messages) expect(message).toContain('policy denied the plan');
  });

  it('says two moves as two messages', async () => {
    await announce('a1b2/1/Proposed/Escalated');
    await announce('a1b2/2/Proposed/Escalated');
    expect(await view.messages()).toHaveLength(told(2));
  });

  it('files a ticket once and finds it again', async () => {
    const first = await escalate();
    const second = await escalate();
    expect(second).toEqual(first);
    const messages = await view.messages();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('quota is exhausted');
  });

  it('tells that a policy rollout halted once, however many hubs say so, and each halt by itself; or leaves the ability out', async () => {
    const { notifier, tellsRollouts: tells = false } = view;
    expect(tellsRollouts(notifier)).toBe(tells);
    if (!tellsRollouts(notifier)) return;
    for (const key of [halt.key, halt.key, 'rollout/c3d4/5/halted']) await notifier.announceHalt({ ...halt, key });
    const messages = await view.messages();
    expect(messages).toHaveLength(2);
    for (const message of messages) for (const told of ['fleetmend-system', 'next', 'ring-0', 'NewDenies', '7 of 9 decisions newly denied']) expect(message).toContain(told);
  });

  it('closes a ticket that it filed, and says why', async () => {
    await escalate();
    const before = await view.messages();
    await view.notifier.closeTicket({ request, marker: 'rr:a1b2' }, 'it recovered');
    expect(await view.messages()).not.toEqual(before);
  });

  it('closes a ticket twice as once, and one that never was without trouble', async () => {
    await view.notifier.closeTicket({ request, marker: 'rr:a1b2' }, 'it recovered');
    const after = await view.messages();
    await view.notifier.closeTicket({ request, marker: 'rr:a1b2' }, 'it recovered');
    expect(await view.messages()).toEqual(after);
  });
}
