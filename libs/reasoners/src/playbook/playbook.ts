import { canonicalJson } from '@fleetmend/kernel';
import type { Action } from '@fleetmend/model';
import { definePlugin, type Case, type Reasoner, type Reasoning } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { abstain } from './rule.ts';
import { mayPropose } from './class-actions.ts';
import { RULES } from './rules.ts';

const MAX_CANDIDATES = 3;

/**
 * Deterministic rules per failure class: the same case gives the same answer, without any call.
 * @example const reasoning = await playbook.create({}, deps).reason(kase, signal)
 */
export const playbook = definePlugin<Record<string, never>, Reasoner>({
  kind: 'playbook',
  config: z.strictObject({}) as z.ZodType<Record<string, never>>,
  create: () => ({
    kind: 'playbook',
    reason: async (kase) => reason(kase),
  }),
});

function reason(kase: Case): Reasoning | undefined {
  const rule = RULES[kase.request.spec.failure.class];
  if (!rule) return undefined;
  const answer = rule(kase);
  const fresh = withoutTried(answer.candidates.filter((action) => mayPropose(kase.request.spec.failure.class, action)), kase.tried);
  const candidates: readonly Action[] =
    fresh.length > 0 ? fresh.slice(0, MAX_CANDIDATES) : [abstain('NothingLeftToTry', 'Every repair that the rules know for this failure was tried or refused before; a person has to look at the evidence.')];
  return { cause: answer.cause.slice(0, 512), confidence: answer.confidence, source: 'Playbook', cites: cite(kase, answer.cites), candidates, ...(fresh.length === 0 || answer.inconclusive === true ? { inconclusive: true } : {}) };
}

/** What was tried or refused once is never proposed again, whatever the evidence says now. */
function withoutTried(candidates: readonly Action[], tried: readonly string[]): readonly Action[] {
  const known = new Set(tried);
  return candidates.filter((action) => !known.has(canonicalJson(action)));
}

function cite(kase: Case, kinds: readonly string[]): readonly string[] {
  return kase.evidence.filter((item) => kinds.includes(item.kind)).map((item) => item.digest).slice(0, 20);
}
