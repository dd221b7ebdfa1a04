import { parseDuration, parseTime, type Duration } from '@fleetmend/kernel';
import type { RolloutCluster } from '@fleetmend/model';
import { mayWiden, soakOf, stageOf } from './ladder.ts';
import type { RolloutView } from './rollout-view.ts';
import { climbers } from './waves.ts';

/** What counts where a rollout does not say: forgetting a limit is not leave to pass it. */
const DEFAULTS = { evalErrors: '1%', newDenies: '20%', newAllows: 0, failedVerifications: '20%', progressDeadline: '48h' } as const;

/** Repairs fail for reasons of their own: one of the first few says nothing about a policy. */
const VERIFICATIONS_MIN = 5;

export interface Breach {
  readonly cause: 'EvalErrors' | 'NewDenies' | 'NewAllows' | 'FailedVerifications';
  readonly message: string;
}

/** The first limit that some cluster's decisions have passed. */
export function breachOf(view: RolloutView): Breach | undefined {
  for (const one of climbers(view)) {
    const breach = breachIn(view, one);
    if (breach !== undefined) return breach;
  }
  return undefined;
}

function breachIn(view: RolloutView, { name, wave, mode, counts }: RolloutCluster): Breach | undefined {
  const limits = { ...DEFAULTS, ...view.spec.halt };
  // A share is one of the sample that was asked for, in whichever stage: the first decision alone is no hundred per cent.
  const sample = Math.max(counts.decisions, ...view.spec.stages.map(({ minDecisions }) => minDecisions ?? 0));
  const verifications = counts.verified + counts.failedVerifications;
  const where = `in ${name} (${mode})`;
  if (over(counts.evalErrors, limits.evalErrors, sample)) return { cause: 'EvalErrors', message: `no answer to ${counts.evalErrors} of ${counts.decisions} decisions ${where}, more than ${limits.evalErrors}` };
  if (over(counts.newDenies, limits.newDenies, sample)) return { cause: 'NewDenies', message: `${counts.newDenies} of ${counts.decisions} decisions newly denied ${where}, more than ${limits.newDenies}` };
  if (counts.newAllows > limits.newAllows && !mayWiden(view, wave, mode)) return { cause: 'NewAllows', message: `${counts.newAllows} of ${counts.decisions} decisions newly allowed ${where}, more than ${limits.newAllows}` };
  if (over(counts.failedVerifications, limits.failedVerifications, Math.max(verifications, VERIFICATIONS_MIN))) return { cause: 'FailedVerifications', message: `${counts.failedVerifications} of ${verifications} repairs not verified ${where}, more than ${limits.failedVerifications}` };
  return undefined;
}

function over(count: number, limit: string, sample: number): boolean {
  const amount = Number.parseInt(limit, 10);
  return count > (limit.endsWith('%') ? (sample * amount) / 100 : amount);
}

/** From the last progress, after the longest soak that anybody has before them. */
export function progressDeadline({ spec, status, clusters }: RolloutView): number | undefined {
  const from = parseTime(status.progressedAt);
  if (from === undefined) return undefined;
  const soaks = climbers({ spec, status, clusters }).filter((one) => !one.done).map((one): Duration => soakOf(stageOf(spec, one.mode)?.soak));
  return from + Math.max(0, ...soaks) + parseDuration(spec.halt?.progressDeadline ?? DEFAULTS.progressDeadline);
}
