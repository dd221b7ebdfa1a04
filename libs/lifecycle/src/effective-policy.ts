import { parseDuration, type Duration, type Instant } from '@fleetmend/kernel';
import type { Budgets, CostBudget, FreezeWindow, Mode, RemediationPolicySpec, RemediationRequest, SloBudget, Tier } from '@fleetmend/model';
import { holdOf, SYSTEM_NAMESPACE } from '@fleetmend/model';
import { frozenUntil } from './freeze.ts';
import type { LifecycleSettings } from './settings.ts';

/** A policy with where it stands: one of the request's own tenant, or a fleet-wide one. */
export interface PlacedPolicy {
  readonly name: string;
  readonly namespace: string;
  readonly spec: RemediationPolicySpec;
}

/** What all matching policies together allow: of each value the strictest. */
export interface EffectivePolicy {
  /** Names of the policies that select this request; empty: none does. */
  readonly selectedBy: readonly string[];
  readonly mode: Mode;
  readonly criticalNamespaces: readonly string[];
  readonly priorApprovalTiers: readonly Tier[];
  readonly hold: Duration;
  readonly paused: boolean;
  /** Freeze windows that are in force now, with their ends. */
  readonly frozen: readonly { readonly name: string; readonly until: Instant }[];
  /** The lowest limit that any policy sets, and of several price tables the dearest; absent: no policy speaks of cost. */
  readonly cost?: CostBudget | undefined;
  /** The error budget of which the least is left; absent: no policy names one. */
  readonly sloBudget?: SloBudget | undefined;
  readonly attemptsPerDay: number;
  readonly budgets: Required<Pick<Budgets, 'openPerRepository' | 'openPerNamespace' | 'openPerCluster' | 'openPerHub' | 'createdPerHour'>>;
}

const MODES: readonly Mode[] = ['Observe', 'Propose', 'AutoMerge'];

export interface PolicyContext {
  readonly request: Pick<RemediationRequest, 'metadata' | 'spec'>;
  readonly policies: readonly PlacedPolicy[];
  readonly labelsOf: (cluster: string) => Readonly<Record<string, string>>;
  readonly now: Instant;
  readonly settings: LifecycleSettings;
}

export function effectivePolicy({ request, policies, labelsOf, now, settings }: PolicyContext): EffectivePolicy {
  const here = policies.filter((policy) => policy.namespace === request.metadata.namespace || policy.namespace === SYSTEM_NAMESPACE);
  const matching = here.filter((policy) => request.spec.clusters.every((cluster) => selects(policy.spec, request, labelsOf(cluster))));
  const specs = matching.map((policy) => policy.spec);
  const { budgets } = settings;
  return {
    selectedBy: matching.map((policy) => `${policy.namespace}/${policy.name}`),
    mode: MODES[Math.min(...specs.map((spec) => MODES.indexOf(spec.mode)), MODES.length - 1)] ?? 'Observe',
    criticalNamespaces: [...new Set(specs.flatMap((spec) => spec.critical?.namespaces ?? []))].sort(),
    priorApprovalTiers: [...new Set(specs.flatMap((spec) => spec.priorApproval?.tiers ?? []))].sort(),
    hold: holdOf(request.spec.failure.class, Math.max(...specs.flatMap((spec) => (spec.hold === undefined ? [] : [parseDuration(spec.hold)])), specs.some((spec) => spec.hold === undefined) || specs.length === 0 ? settings.hold : 0)),
    paused: specs.some((spec) => spec.paused),
    frozen: specs.flatMap((spec) => spec.freeze ?? []).flatMap((window) => inForce(window, now)),
    cost: strictestCost(specs),
    sloBudget: specs.flatMap((spec) => spec.slo ?? []).reduce<SloBudget | undefined>((least, one) => (least !== undefined && least.left <= one.left ? least : one), undefined),
    attemptsPerDay: strictest(specs, 'attemptsPerDay', settings.attempts.perDay),
    budgets: {
      openPerRepository: strictest(specs, 'openPerRepository', budgets.openPerRepository),
      openPerNamespace: strictest(specs, 'openPerNamespace', budgets.openPerNamespace),
      openPerCluster: strictest(specs, 'openPerCluster', budgets.openPerCluster),
      openPerHub: strictest(specs, 'openPerHub', budgets.openPerHub),
      createdPerHour: strictest(specs, 'createdPerHour', budgets.createdPerHour),
    },
  };
}

/** The smallest value that any policy sets; the default where none does. */
function strictest(specs: readonly RemediationPolicySpec[], key: keyof Budgets, fallback: number): number {
  const set = specs.flatMap((spec) => spec.budgets?.[key] ?? []);
  return set.length === 0 ? fallback : Math.min(...set);
}

function strictestCost(specs: readonly RemediationPolicySpec[]): CostBudget | undefined {
  const costs = specs.flatMap((spec) => spec.cost ?? []);
  const limits = costs.flatMap((cost) => cost.monthlyLimitUSD ?? []);
  const prices = costs.flatMap((cost) => cost.prices ?? []);
  const [first] = prices;
  if (limits.length === 0 && first === undefined) return undefined;
  return {
    ...(limits.length === 0 ? {} : { monthlyLimitUSD: Math.min(...limits) }),
    ...(first === undefined ? {} : { prices: prices.reduce((dearest, one) => ({ vcpuHourUSD: Math.max(dearest.vcpuHourUSD, one.vcpuHourUSD), gibHourUSD: Math.max(dearest.gibHourUSD, one.gibHourUSD), source: dearest.source === one.source ? one.source : `${dearest.source}; ${one.source}`.slice(0, 256) }), first) }),
  };
}

function inForce(window: FreezeWindow, now: Instant): { name: string; until: Instant }[] {
  const until = frozenUntil(window, now);
  return until === undefined ? [] : [{ name: window.name, until }];
}

function selects(policy: RemediationPolicySpec, request: Pick<RemediationRequest, 'spec'>, labels: Readonly<Record<string, string>>): boolean {
  const { clusters, namespaces, classes } = policy.selector;
  const namespace = request.spec.target?.namespace ?? '';
  return matchesLabels(clusters?.matchLabels, labels) && listed(namespaces, namespace) && listed(classes, request.spec.failure.class);
}

export function matchesLabels(wanted: Readonly<Record<string, string>> | undefined, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}

/** An absent list and `*` match all. */
export function listed(list: readonly string[] | undefined, value: string): boolean {
  return list === undefined || list.includes('*') || list.includes(value);
}
