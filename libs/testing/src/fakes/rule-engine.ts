import { digestOf } from '@fleetmend/kernel';
import type { BundleInfo, Violation } from '@fleetmend/model';
import type { GateDecision, GateInput, PolicyEngine } from '@fleetmend/plugin-api';

/** A few rules in TypeScript, enough to allow, deny, defer and ask for approval. */
export interface RuleBundle {
  readonly name: string;
  /** D01: no memory limit above this. */
  readonly maxMemory: number;
}

/** What every {@link RuleBundle} is known by. */
export function bundleInfo(bundle: RuleBundle): BundleInfo {
  return { name: bundle.name, revision: bundle.name, digest: digestOf(bundle) };
}

/** A policy engine over {@link RuleBundle}; `current` is asked each time, so that a bundle can be switched while the hub runs. */
export function ruleEngine(current: () => RuleBundle): PolicyEngine {
  const infos = new Map<RuleBundle, BundleInfo>();
  const infoOf = (bundle: RuleBundle): BundleInfo => {
    const info = infos.get(bundle) ?? bundleInfo(bundle);
    infos.set(bundle, info);
    return info;
  };
  return {
    kind: 'rules',
    active: () => infoOf(current()),
    evaluate: async (input) => judge(input, current(), infoOf(current())),
    close: async () => undefined,
  };
}

function judge(input: GateInput, bundle: RuleBundle, info: BundleInfo): GateDecision {
  const violations = [...wrongBundle(input, info), ...unsafe(input, bundle), ...deferred(input)];
  const tier = tierOf(input);
  const approvals = { T0: 0, T1: 1, T2: 2, T3: 2 }[tier];
  const requires = { approvals, priorApproval: input.policy.priorApprovalTiers.includes(tier), reviewers: [], labels: [] };
  return { allow: violations.length === 0, tier, violations, warnings: [], requires };
}

function wrongBundle(input: GateInput, info: BundleInfo): Violation[] {
  return input.policy.bundle.digest === info.digest ? [] : [{ id: 'E01', class: 'Unsafe', message: 'the facts were gathered for another bundle' }];
}

function unsafe(input: GateInput, bundle: RuleBundle): Violation[] {
  return input.change.norm
    .filter((norm) => norm.unit === 'bytes' && norm.path.includes('/limits/') && (norm.after ?? 0) > bundle.maxMemory)
    .map((norm) => ({ id: 'D01', class: 'Unsafe', path: norm.path, message: `more than ${bundle.maxMemory} bytes` }));
}

function deferred({ facts }: GateInput): Violation[] {
  const over = facts.openPullRequests.filter((use) => use.open >= use.limit);
  return [
    ...facts.frozen.map(({ name, until }): Violation => ({ id: 'F03', class: 'Deferred', message: `frozen by ${name}`, notBefore: until })),
    ...(facts.coolDownUntil === undefined ? [] : [{ id: 'F05', class: 'Deferred', message: 'cooling down', notBefore: facts.coolDownUntil } satisfies Violation]),
    ...over.map(({ scope, open, limit }): Violation => ({ id: 'F06', class: 'Deferred', message: `${open} of ${limit} open pull requests for this ${scope}` })),
  ];
}

/** T0: quantities only rise, or an earlier value comes back. Everything else needs a human. */
function tierOf({ plan, change, facts }: GateInput): 'T0' | 'T1' {
  if (facts.targetNamespaceIsCritical || plan.unapplied) return 'T1';
  const rises = plan.action === 'setResources' && change.norm.every((norm) => (norm.after ?? 0) >= (norm.before ?? 0));
  return rises || plan.restoresEarlierValue ? 'T0' : 'T1';
}
