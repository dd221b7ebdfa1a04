import type { Action, EvidenceItem, FailureClass } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';

/** What a rule says of a case of its class, before repeats are taken out. */
export interface RuleAnswer {
  readonly cause: string;
  /** 0 to 1: how often such evidence turned out to mean this. */
  readonly confidence: number;
  /** Kinds of evidence that the answer rests on. */
  readonly cites: readonly EvidenceItem['kind'][];
  readonly candidates: readonly Action[];
  /** It abstains because it does not know, not because it knows that nothing is safe. */
  readonly inconclusive?: boolean;
}

export type Rule = (kase: Case) => RuleAnswer;

/** The rules of some failure classes. A class without one is not the playbook's. */
export type ClassRules = { readonly [Class in FailureClass]?: Rule };

/** Hands the case to a human: a CamelCase reason, and a sentence that says what to look at. */
export function abstain(reason: string, lookAt: string): Action {
  return { action: 'abstain', reason: reason.slice(0, 64), lookAt: lookAt.slice(0, 512) };
}
