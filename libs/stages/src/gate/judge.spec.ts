import { digestOf } from '@fleetmend/kernel';
import type { BundleInfo, RolloutMode } from '@fleetmend/model';
import type { GateDecision, GateInput, PolicyEngine } from '@fleetmend/plugin-api';
import { aGateInput } from '@fleetmend/plugin-api/conformance';
import type { Bundles, Comparison, Judged, Trial } from '@fleetmend/ports';
import { expect, it } from 'vitest';
import { bundleFor } from './bundle-for.ts';
import { judge } from './judge.ts';

const info = (name: string): BundleInfo => ({ name, revision: name, digest: digestOf(name) });
const [OLD, NEW] = [info('old'), info('new')];
const YES: GateDecision = { allow: true, tier: 'T0', violations: [], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } };
const no = (id = 'S01'): GateDecision => ({ ...YES, allow: false, tier: 'T3', violations: [{ id, class: 'Unsafe', message: `${id} says no` }] });
const LATER: GateDecision = { ...YES, allow: false, violations: [{ id: 'F03', class: 'Deferred', message: 'frozen' }] };

/** Answers by the bundle that the input names. */
function engine(answers: Readonly<Record<string, GateDecision | 'throws'>>): PolicyEngine & { readonly asked: GateInput['policy'][] } {
  const asked: GateInput['policy'][] = [];
  return {
    kind: 'scripted',
    asked,
    active: () => OLD,
    close: async () => {},
    evaluate: async ({ policy }) => {
      asked.push(policy);
      const answer = answers[policy.bundle.name] ?? no('E01');
      if (answer === 'throws') throw new Error('the thread is gone');
      return answer;
    },
  };
}

const trial = (mode: RolloutMode): Trial => ({ rollout: 'fleetmend-system/next', climb: 'first', mode, candidate: NEW, lastGood: OLD });

function bundlesWith(modes: Readonly<Record<string, RolloutMode | undefined>>): Bundles & { readonly comparisons: Comparison[]; readonly decisions: Judged[] } {
  const [comparisons, decisions]: [Comparison[], Judged[]] = [[], []];
  return {
    comparisons,
    decisions,
    assigned: (cluster) => {
      const mode = modes[cluster];
      return mode === undefined ? { decides: OLD } : { decides: mode === 'Enforce' ? NEW : OLD, trial: trial(mode) };
    },
    compared: (comparison) => void comparisons.push(comparison),
    judged: (one) => void decisions.push(one),
  };
}

const play = async (modes: Readonly<Record<string, RolloutMode | undefined>>, answers: Readonly<Record<string, GateDecision | 'throws'>>) => {
  const [policyEngine, bundles] = [engine(answers), bundlesWith(modes)];
  const clusters = Object.keys(modes);
  return { ...(await judge({ policyEngine, bundles }, clusters, aGateInput(OLD))), bundles, asked: policyEngine.asked, expected: bundleFor({ policyEngine, bundles }, clusters) };
};

it('a cluster outside of any rollout is judged by its bundle alone', async () => {
  const { decision, bundle, bundles, asked } = await play({ quiet: undefined }, { old: YES, new: no() });
  expect([decision, bundle, asked.length, bundles.comparisons]).toEqual([YES, OLD, 1, []]);
  expect(bundles.decisions).toMatchObject([{ cluster: 'quiet', bundle: OLD, denied: false }]);
});

it('in Shadow the old bundle decides, unchanged, and the difference is recorded', async () => {
  const { decision, bundle, bundles, asked } = await play({ canary: 'Shadow' }, { old: YES, new: no() });
  expect([decision, bundle]).toEqual([YES, OLD]);
  expect(bundles.comparisons).toMatchObject([{ cluster: 'canary', newDeny: true, newAllow: false, evalError: false, plan: { request: 'uid-1' } }]);
  expect(asked.map(({ stage }) => stage)).toEqual(['Enforce', 'Enforce']);
});

it('in Warn its violations are warnings, and a human is needed', async () => {
  const { decision, bundle, bundles, asked, expected } = await play({ canary: 'Warn' }, { old: YES, new: no() });
  expect(bundles.decisions).toMatchObject([{ bundle: OLD }]);
  // What was decided before the warnings, and wanted no human, is for another digest than this.
  expect(bundle.digest).not.toBe(OLD.digest);
  expect(bundle).toEqual(expected);
  expect(decision).toMatchObject({ allow: true, tier: 'T1', violations: [], warnings: ['S01 of the coming policy new: S01 says no'], requires: { approvals: 1 } });
  expect(new Set(asked.map(({ stage }) => stage))).toEqual(new Set(['Warn']));
});

it('in Enforce it decides, and the verdict names it', async () => {
  const { decision, bundle, bundles } = await play({ canary: 'Enforce' }, { old: YES, new: no() });
  expect([decision.allow, bundle]).toEqual([false, NEW]);
  expect(bundles.comparisons).toMatchObject([{ newDeny: true }]);
});

it('a change of two clusters has to please the bundles of both, and the verdict is by both', async () => {
  const { decision, bundle, bundles, expected } = await play({ canary: 'Enforce', quiet: undefined }, { old: YES, new: no() });
  expect(decision).toMatchObject({ allow: false, tier: 'T3', violations: [{ id: 'S01' }] });
  expect(bundle.digest).not.toBe(OLD.digest);
  expect(bundle).toEqual(expected);
  expect(bundles.decisions).toMatchObject([{ cluster: 'canary', bundle: NEW }, { cluster: 'quiet', bundle: OLD }]);
});

it.each([
  ['what was denied and is not any more widens', no(), YES, { newAllow: true, newDeny: false, evalError: false }],
  ['a freeze is the same freeze under both', LATER, LATER, { newAllow: false, newDeny: false, evalError: false }],
  ['a denial in place of a freeze is new', LATER, no(), { newAllow: false, newDeny: true, evalError: false }],
  ['no answer is an error and no denial', YES, no('E01'), { newAllow: false, newDeny: false, evalError: true }],
  ['an input that nobody can judge is not the new bundle’s fault', no('E01'), no('E01'), { newAllow: false, newDeny: false, evalError: false }],
] as const)('%s', async (_, before, after, wanted) => {
  expect((await play({ canary: 'Shadow' }, { old: before, new: after })).bundles.comparisons).toMatchObject([wanted]);
});

it('a bundle on trial that breaks keeps nobody from deciding', async () => {
  const { decision, bundles } = await play({ canary: 'Shadow' }, { old: YES, new: 'throws' });
  expect(decision).toEqual(YES);
  expect(bundles.comparisons).toMatchObject([{ evalError: true }]);
});
