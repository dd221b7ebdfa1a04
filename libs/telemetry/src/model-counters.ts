import { Counter, type Registry } from 'prom-client';

/** What one diagnosis took from a language model. Both names come from the config, so that their number is bounded. */
export interface ModelSample {
  readonly provider: string;
  readonly name: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUSD: number;
}

/** Counters of models, with OpenTelemetry's words for them (`gen_ai.token.type` is `input` or `output`). */
export function modelCounters(registers: Registry[]): (sample: ModelSample) => void {
  const tokens = new Counter({ name: 'fleetmend_model_tokens_total', help: 'Tokens that language models took, by direction.', labelNames: ['provider', 'model', 'type'] as const, registers });
  const cost = new Counter({ name: 'fleetmend_model_cost_usd_total', help: 'What language models cost, in US dollars, by the prices of the config.', labelNames: ['provider', 'model'] as const, registers });
  return ({ provider, name: model, inputTokens, outputTokens, costUSD }) => {
    tokens.inc({ provider, model, type: 'input' }, inputTokens);
    tokens.inc({ provider, model, type: 'output' }, outputTokens);
    cost.inc({ provider, model }, costUSD);
  };
}
