import type { Action } from '@fleetmend/model';
import { abstain, type RuleAnswer } from '../rule.ts';

const CITES = ['event', 'object', 'history', 'quota', 'reference'] as const;

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
