import { messageOf } from '@fleetmend/kernel';
import type { BundleInfo, Tier } from '@fleetmend/model';
import type { GateDecision, GateInput, PolicyEngine } from '@fleetmend/plugin-api';
import type { Bundles, Trial } from '@fleetmend/ports';
import { bundleFor, bundlesFor } from './bundle-for.ts';

const TIERS: readonly Tier[] = ['T0', 'T1', 'T2', 'T3'];
/** The id of a refusal that is not the policy's own: there was no answer. */
const NO_ANSWER = 'E01';

export interface JudgeDeps {
  readonly policyEngine: PolicyEngine;
  readonly bundles?: Bundles | undefined;
}

export interface Judgement {
  readonly decision: GateDecision;
  /** What gave it. */
  readonly bundle: BundleInfo;
}

/**
 * Judges a change with the bundle of its cluster; of several clusters, with each of theirs, and all have to allow it.
 *
 * Where a rollout tries another bundle: in Shadow that one is asked too, and what differs is recorded; in Warn its violations
 * become warnings and the change needs a human; in Enforce it decides, and the one before is asked to compare.
 */
export async function judge(deps: JudgeDeps, clusters: readonly string[], given: GateInput): Promise<Judgement> {
  const { bundles } = deps;
  // Read once: a rollout that goes on meanwhile is the next decision's affair.
  const deciding = bundlesFor(deps, clusters);
  const bundle = bundleFor(deps, clusters);
  const decides = clusters.map((cluster) => ({ cluster, bundle: bundles?.assigned(cluster).decides }));
  const trials = clusters.flatMap((cluster) => placed(cluster, bundles?.assigned(cluster).trial));
  const warned = [...new Map(trials.filter(({ trial }) => trial.mode === 'Warn').map(({ trial }) => [trial.candidate.digest, trial])).values()];
  const asked = new Map<string, Promise<GateDecision>>();
  const ask = (bundle: BundleInfo): Promise<GateDecision> => {
    const answer = asked.get(bundle.digest) ?? deps.policyEngine.evaluate(withBundle(given, bundle, warned.length > 0 ? 'Warn' : 'Enforce'));
    asked.set(bundle.digest, answer);
    return answer;
  };
  const decision = strictest(await Promise.all(deciding.map(ask)));
  const plan = { request: given.request.uid, digest: given.plan.digest, kind: given.plan.kind };
  const candidates = await Promise.all(warned.map(({ candidate }) => answered(ask, candidate)));
  for (const { cluster, trial } of trials) {
    const [before, after] = await Promise.all([answered(ask, trial.lastGood), answered(ask, trial.candidate)]);
    bundles?.compared({ cluster, trial, plan, ...difference(before, after) });
  }
  for (const { cluster, bundle: by } of decides) if (by !== undefined) bundles?.judged({ cluster, bundle: by, plan, input: given, denied: isDenied(decision) });
  return { bundle, decision: warned.reduce((told, trial, index) => withWarnings(told, trial.candidate, candidates[index]), decision) };
}

function placed(cluster: string, trial: Trial | undefined): readonly { readonly cluster: string; readonly trial: Trial }[] {
  return trial === undefined ? [] : [{ cluster, trial }];
}

function withBundle(input: GateInput, bundle: BundleInfo, stage: GateInput['policy']['stage']): GateInput {
  return { ...input, policy: { ...input.policy, bundle, stage } };
}

/** A bundle on trial never keeps a decision from being made: that it failed is what is recorded. */
export async function answered(ask: (bundle: BundleInfo) => Promise<GateDecision>, bundle: BundleInfo): Promise<GateDecision> {
  try {
    return await ask(bundle);
  } catch (error) {
    return { allow: false, tier: 'T3', violations: [{ id: NO_ANSWER, class: 'Unsafe', message: `no decision: ${messageOf(error)}`.slice(0, 512) }], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } };
  }
}

/** A freeze or a budget only waits: that is no no. */
function isDenied({ allow, violations }: GateDecision): boolean {
  return violations.some((violation) => violation.class === 'Unsafe') || (!allow && violations.length === 0);
}

/** What another bundle says otherwise of the same change: no answer, a new no, or anything let go. */
export function difference(before: GateDecision, after: GateDecision): { readonly evalError: boolean; readonly newDeny: boolean; readonly newAllow: boolean } {
  const failed = (decision: GateDecision) => decision.violations.some(({ id }) => id === NO_ANSWER);
  const evalError = failed(after) && !failed(before);
  return { evalError, newDeny: !evalError && isDenied(after) && !isDenied(before), newAllow: !failed(before) && isWider(before, after) };
}

/** Both judged the same facts at the same moment, so whatever the second one lets go is the rules' doing: a no, a wait, a tier, a human. */
function isWider(before: GateDecision, after: GateDecision): boolean {
  if (isDenied(after)) return false;
  return isDenied(before) || (after.allow && !before.allow) || TIERS.indexOf(after.tier) < TIERS.indexOf(before.tier) || after.requires.approvals < before.requires.approvals || (before.requires.priorApproval && !after.requires.priorApproval);
}

/** Everything that any of them says, and of each demand the highest. */
function strictest(decisions: readonly GateDecision[]): GateDecision {
  const [first, ...others] = decisions;
  if (first === undefined) throw new Error('a change was judged by no bundle at all');
  return others.reduce((all, one) => ({
    allow: all.allow && one.allow,
    tier: higher(all.tier, one.tier),
    violations: [...all.violations, ...one.violations],
    warnings: [...new Set([...all.warnings, ...one.warnings])],
    requires: {
      approvals: Math.max(all.requires.approvals, one.requires.approvals),
      priorApproval: all.requires.priorApproval || one.requires.priorApproval,
      reviewers: [...new Set([...all.requires.reviewers, ...one.requires.reviewers])],
      labels: [...new Set([...all.requires.labels, ...one.requires.labels])],
    },
  }), first);
}

function withWarnings(decision: GateDecision, candidate: BundleInfo, candidates: GateDecision | undefined): GateDecision {
  const coming = (candidates?.violations ?? []).map(({ id, message }) => `${id} of the coming policy ${candidate.revision.slice(0, 12)}: ${message}`);
  return { ...decision, tier: higher(decision.tier, 'T1'), warnings: [...coming, ...decision.warnings], requires: { ...decision.requires, approvals: Math.max(1, decision.requires.approvals) } };
}

function higher(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) >= TIERS.indexOf(b) ? a : b;
}
