import type { Stages, StageResult } from '@fleetmend/stages';
import type { HubMetrics } from '@fleetmend/telemetry';

/** The same stages, with their results counted. */
export function observedStages(stages: Stages, metrics: Pick<HubMetrics, 'verdict' | 'reverted'>): Stages {
  return {
    ...stages,
    evaluate: async (view, signal) => {
      const result = await stages.evaluate(view, signal);
      countVerdict(result, metrics);
      return result;
    },
    openRevert: async (view, signal) => {
      const result = await stages.openRevert(view, signal);
      if ('fact' in result && result.fact.revert && !view.request.status.revert) metrics.reverted();
      return result;
    },
  };
}

function countVerdict(result: StageResult, metrics: Pick<HubMetrics, 'verdict'>): void {
  const verdict = 'fact' in result ? result.fact.verdict : undefined;
  if (!verdict) return;
  if (verdict.violations.length === 0) metrics.verdict({ rule: 'none', result: verdict.result });
  for (const { id } of verdict.violations) metrics.verdict({ rule: id, result: verdict.result });
}
