import { changesInEffect, commitWords, insidePod, isTarget, placeWords, together } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesAt, restoring } from '../target-changes.ts';
import { answer, unknown, who } from './answer.ts';

/** A rollout without a failing pod is held up by how it is to be rolled out, or by the last change of its template. */
export const progressDeadlineExceeded: Rule = (kase) => {
  const pace = changesAt(kase, /^spec\/(minReadySeconds|progressDeadlineSeconds|strategy)(\/.*)?$/);
  const template = changesInEffect(kase).filter((change) => isTarget(kase, change.object) && insidePod(kase, change) !== undefined);
  const latest = template.length > 0 ? together(template) : [];
  const [first] = pace.length > 0 ? pace : latest;
  const candidates = restoring(kase, [...pace, ...(latest.length <= 2 ? latest : [])]);
  if (!first || candidates.length === 0) {
    const lately = first ? `${commitWords(first)} changed ${latest.length} places at once; take it back as a whole if it is the reason.` : 'Nothing of it was changed in Git lately.';
    return unknown(`the rollout of ${who(kase)} makes no progress`, 'RolloutStuck', `No pod of ${who(kase)} shows why. ${lately}`);
  }
  return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who(kase)}, and its rollout makes no progress since`, pace.length > 0 ? 0.85 : 0.65, candidates);
};
