import type { Reasoner } from '@fleetmend/plugin-api';
import type { HubMetrics } from '@fleetmend/telemetry';

/** The same reasoners, with what their models take counted at once: it was spent, whatever becomes of the answer. */
export function observedReasoners(reasoners: readonly Reasoner[], metrics: Pick<HubMetrics, 'modelAsked'>): readonly Reasoner[] {
  return reasoners.map((reasoner) => ({
    kind: reasoner.kind,
    reason: async (kase, signal) => {
      const reasoning = await reasoner.reason(kase, signal);
      if (reasoning?.model !== undefined) metrics.modelAsked(reasoning.model);
      return reasoning;
    },
  }));
}
