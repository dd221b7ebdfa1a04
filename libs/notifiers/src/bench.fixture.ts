import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@fleetmend/kernel';
import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import type { Notifier, Ticket } from '@fleetmend/plugin-api';
import { VirtualClock } from '@fleetmend/testing';
import type { NotifierDefinition, NotifierDeps } from './notifier-definition.ts';

export interface NotifierBench {
  readonly notifier: Notifier;
  /** Another life of the same notifier, over the same state. */
  again(): Promise<Notifier>;
  close(): void;
}

/** A notifier with a state directory of its own, on a virtual clock, over the real `fetch`. */
export async function notifierBench<Config>(plugin: NotifierDefinition<Config>, config: object, over: Partial<NotifierDeps> = {}): Promise<NotifierBench> {
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-notifier-'));
  const deps: NotifierDeps = { clock: new VirtualClock(), fetch, stateDir, log: { info: () => undefined, warn: () => undefined }, writeEvent: async (_event: KubeObject) => undefined, ...over };
  const create = async () => plugin.create(parse(plugin.config, config, 'config'), deps);
  return { notifier: await create(), again: create, close: () => rmSync(stateDir, { recursive: true, force: true }) };
}

export const request: RemediationRequest = {
  apiVersion: 'fleetmend.dev/v1alpha1',
  kind: 'RemediationRequest',
  metadata: { name: 'rr-0123456789ab-1', namespace: 'shop-team', uid: 'a1b2', resourceVersion: '7', creationTimestamp: '2026-01-05T09:00:00Z' },
  spec: { clusters: ['prod-1'], scope: 'Workload', cancel: false, target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, failure: { class: 'OOMKilled', message: 'killed', fingerprint: `sha256:${'0'.repeat(64)}` } },
  status: { phase: 'Escalated', attempt: 1 },
};
export const ticket: Ticket = { request, marker: 'rr:a1b2', title: 'OOMKilled: Deployment/shop/checkout', body: 'the quota is exhausted' };
export const move = { request, from: 'Proposed', to: 'Escalated', reason: 'PolicyDenied', message: 'policy denied the plan', key: 'a1b2/1' } as const;
