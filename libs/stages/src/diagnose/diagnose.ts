import { canonicalJson, renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import type { Diagnosis } from '@fleetmend/model';
import type { Case, Reasoning } from '@fleetmend/plugin-api';
import type { Stage, StageDeps } from '../stage.ts';
import { gatherCase } from './gather-case.ts';

/** Finds the cause and what would mend it: the reasoners are asked cheapest first, and the first that knows decides. Noun: `Diagnosis`. */
export function diagnose(deps: StageDeps): Stage {
  return async (view, signal) => {
    const kase = await gatherCase(deps, view);
    if (kase === undefined) return { fact: { proposal: { result: 'GoneFromGit', reason: 'TargetGone', message: 'the target does not exist any more', at: renderTime(view.now) } } };
    await deps.evidence.put(kase.evidence);
    for (const reasoner of deps.reasoners) {
      const reasoning = await reasoner.reason(kase, signal);
      if (reasoning !== undefined) return { fact: { diagnosis: render(view, kase, reasoner.kind, reasoning) } };
    }
    return { fact: { diagnosis: unknownCause(view, kase) } };
  };
}

function render(view: View, kase: Case, reasoner: string, reasoning: Reasoning): Diagnosis {
  const cited = kase.evidence.filter((item) => reasoning.cites.includes(item.digest));
  const abstain = reasoning.candidates.find((action) => action.action === 'abstain');
  const actions = reasoning.candidates.filter((action) => action.action !== 'abstain');
  return {
    cause: reasoning.cause.slice(0, 512),
    confidence: reasoning.confidence,
    source: reasoning.source,
    reasoner,
    evidence: cited.slice(0, 20).map(({ kind, title, digest }) => ({ kind, title, digest })),
    candidates: actions.slice(0, 3).map((action) => canonicalJson(action)),
    ...(actions.length === 0 && abstain !== undefined ? { abstain: { reason: abstain.reason, lookAt: abstain.lookAt } } : {}),
    at: renderTime(view.now),
  };
}

/** Nobody knew. That is an answer too: a human gets what was gathered. */
function unknownCause(view: View, kase: Case): Diagnosis {
  return {
    cause: `no reasoner knows ${kase.request.spec.failure.class} of this shape`,
    confidence: 0,
    source: 'None',
    reasoner: 'none',
    evidence: kase.evidence.slice(0, 20).map(({ kind, title, digest }) => ({ kind, title, digest })),
    candidates: [],
    abstain: { reason: 'UnknownCause', lookAt: 'the evidence of this request' },
    at: renderTime(view.now),
  };
}
