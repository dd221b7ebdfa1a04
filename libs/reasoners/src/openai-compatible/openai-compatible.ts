import { PermanentError } from '@fleetmend/kernel';
import { definePlugin, type Reasoner } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { modelReasoner } from '../../model-tier/ask-model.ts';
import { openSpendLedger } from '../../model-tier/ledger.ts';
import { modelSettings } from '../../model-tier/settings.ts';
import { openaiEndpoint } from './client.ts';

const Config = z.strictObject({
  baseURL: z.url({ protocol: /^https?$/ }).describe('address of the API up to its version: `https://api.openai.com/v1`, `http://ollama:11434/v1`'),
  model: z.string().min(1).max(128).describe('name of the model as the server knows it'),
  apiKey: z.string().min(1).optional().meta({ format: 'secret' }).describe('write {env: NAME} or {file: PATH}; most local servers need none'),
  keyHeader: z.enum(['authorization', 'api-key']).default('authorization').describe('header that the key is sent in'),
  provider: z.string().min(1).max(64).optional().describe('name in metrics and audit; by default from the address'),
  tokenLimitField: z.enum(['max_tokens', 'max_completion_tokens']).optional().describe('by default `max_completion_tokens` for OpenAI and Azure, `max_tokens` elsewhere'),
  temperature: z.number().min(0).max(2).optional().describe("absent: the server's own; some models take no other"),
  ...modelSettings,
});

/** Any server that speaks OpenAI's chat completions: OpenAI, Azure, Ollama, LocalAI, vLLM. */
export const openaiCompatible = definePlugin<z.infer<typeof Config>, Reasoner>({
  kind: 'openai-compatible',
  config: Config,
  async create({ baseURL, model, apiKey, keyHeader, provider, tokenLimitField, temperature, ...settings }, { clock, fetch, stateDir, log }) {
    const { hostname, username, password } = new URL(baseURL);
    if (username !== '' || password !== '') throw new PermanentError('SecretInConfig', 'baseURL holds credentials: take them out and write apiKey: {env: NAME} or {file: PATH}');
    const hosted = providerOf(hostname);
    const endpoint = await openaiEndpoint({
      baseURL,
      model,
      apiKey,
      keyHeader,
      provider: provider ?? hosted ?? 'openai-compatible',
      tokenLimitField: tokenLimitField ?? (hosted === undefined ? 'max_tokens' : 'max_completion_tokens'),
      temperature,
      fetch,
      clock,
    });
    return modelReasoner({ kind: 'openai-compatible', place: baseURL, endpoint, settings, ledger: openSpendLedger(stateDir), clock, log });
  },
});

/** Names of OpenTelemetry's `gen_ai.provider.name`. */
function providerOf(hostname: string): string | undefined {
  if (hostname === 'api.openai.com') return 'openai';
  return hostname.endsWith('.openai.azure.com') ? 'azure.ai.openai' : undefined;
}
