import { handOver } from '../creating/answer.ts';
import type { Rule } from '../rule.ts';

/** Either the cluster or Git is right, and only who changed it knows which. */
export const drift: Rule = (kase) => {
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  return handOver(kase.request.spec.failure.message, 'Drift', `Compare ${who} with what Git says: commit what was changed by hand, or sync its Application to put it back.`);
};
