import type { Action } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { commitWords, placeWords } from '../changes-in-effect.ts';
import { isMeantToRest } from '../intent.ts';
import { abstain, type RuleAnswer } from '../rule.ts';

const CITES = ['event', 'object', 'history', 'log'] as const;

export function answer(cause: string, confidence: number, candidates: readonly Action[]): RuleAnswer {
  return { cause, confidence, cites: CITES, candidates };
}

export function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return answer(cause, 0.9, [abstain(reason, lookAt)]);
}

/** It abstains because it does not know. */
export function unknown(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { ...handOver(cause, reason, lookAt), confidence: 0.6, inconclusive: true };
}

/** `Deployment checkout`. */
export function who({ target }: Pick<Case, 'target'>): string {
  return `${target.kind} ${target.metadata.name}`;
}

interface Switched {
  /** The changes that threw the switch and still stand, newest first. */
  readonly changes: readonly GitChange[];
  /** What the switch does, for a cause: `is suspended`. */
  readonly state: string;
  /** The field, as a person knows it: `spec.suspend`. */
  readonly field: string;
  /** What Git says now; undefined: nothing. */
  readonly inGit: unknown;
  readonly live: unknown;
  readonly candidates: readonly Action[];
}

/**
 * A switch that stands where nothing goes on: what a commit did by the way goes back, what it did on purpose, or what was so from the start, is for people,
 * and what was done in the cluster by hand is not in Git at all.
 */
export function switched(kase: Case, { changes, state, field, inGit, live, candidates }: Switched): RuleAnswer {
  const [change] = changes;
  const subject = who(kase);
  if (kase.versions.length > 0 && String(inGit ?? '') !== String(live ?? '') && !change) {
    return handOver(`${subject} ${state}, and Git does not say so`, 'ChangedByHand', `${field} is ${String(live)} in the cluster and ${inGit === undefined ? 'not set' : String(inGit)} in Git: somebody or something set it by hand. Put it back in the cluster, or commit it.`);
  }
  if (!change) return handOver(`${subject} ${state} since Git knows it`, 'AsCommitted', `${field} was never anything else in Git; if it is not meant so, a person has to say what it should be.`);
  const cause = `${commitWords(change)} changed ${placeWords(change.path)}: ${subject} ${state}`;
  if (isMeantToRest(change)) return handOver(cause, 'IntentUnknown', `${commitWords(change)} sounds as if it was meant. If the time for it is over, put ${field} back to ${change.before === undefined ? 'its default' : JSON.stringify(change.before)}.`);
  return answer(cause, 0.85, candidates);
}
