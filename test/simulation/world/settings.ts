import { minutes, renderDuration, renderTime, seconds, type Instant } from '@fleetmend/kernel';
import { productionSettings, type LifecycleSettings } from '@fleetmend/lifecycle';
import type { FreezeWindow, RemediationPolicySpec } from '@fleetmend/model';
import type { Pace } from '@fleetmend/stages';
import type { WrittenSettings } from '@fleetmend/testing';
import type { Schedule } from '../schedule/schedule.ts';

export const START: Instant = Date.UTC(2026, 0, 5, 9, 0, 0);
export const TENANT = 'shop-team';
export const REPOSITORY = 'acme/shop';

/** Production's life with shorter times: a schedule has an hour, not two weeks. */
export const simulatedSettings: LifecycleSettings = {
  ...productionSettings,
  deadlines: { Detected: minutes(8), Inhibited: minutes(15), Diagnosing: minutes(5), Proposed: minutes(5), AwaitingApproval: minutes(8), Delivering: minutes(5), Merged: minutes(10), Verifying: minutes(12), Reverting: minutes(15) },
  hold: minutes(2),
  silenceLimit: minutes(15),
  verdictMaxAge: minutes(3),
  staleAfter: minutes(15),
  orphanDelay: minutes(3),
  ttl: { quiet: minutes(20), loud: minutes(40) },
  attempts: { perDay: 2, spacing: minutes(2) },
  breaker: { ...productionSettings.breaker, rest: minutes(15) },
};

export const simulatedPace: Pace = { poll: seconds(30), pollSlow: seconds(40), editBudget: { files: 3, lines: 20 } };

/** A window without days or times is always in force. */
export const FREEZE: FreezeWindow = { name: 'freeze' };

export function writtenSettings({ mode, priorApproval, budgets }: Schedule, clusters: readonly string[]): Partial<WrittenSettings> {
  const setting = { namespace: TENANT, labels: {}, createdAt: renderTime(START) };
  const policy: RemediationPolicySpec = { selector: {}, mode, priorApproval: { tiers: [...priorApproval] }, budgets, hold: renderDuration(simulatedSettings.hold), paused: false, freeze: [] };
  return {
    policies: [{ ...setting, name: 'shop', uid: 'policy', spec: policy }],
    bindings: [{ ...setting, name: 'shop', uid: 'binding', spec: { selects: {}, forgeRef: 'memory', repository: REPOSITORY, branch: 'main', editablePaths: ['apps/**'] } }],
    clusters: clusters.map((name) => ({ ...setting, name, uid: name, spec: {}, status: {} })),
  };
}
