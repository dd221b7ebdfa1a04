import { PermanentError, messageOf } from '@fleetmend/kernel';
import { definePlugin, type PluginDefinition, type Reasoner } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { modelReasoner } from '../../model-tier/ask-model.ts';
import { openSpendLedger } from '../../model-tier/ledger.ts';
import { modelSettings } from '../../model-tier/settings.ts';
import type { ChatModel } from './chat-model.ts';
import { langchainEndpoint } from './endpoint.ts';
import { loadChatModel, type ImportModule } from './load-chat-model.ts';

const Config = z.strictObject({
  package: z
    .string()
    .max(214)
    .regex(/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9_-]*)*$/, 'write the name of an npm package, for example @langchain/ollama')
    .describe('npm package that holds the class; it must be installed beside the hub'),
  class: z.string().regex(/^[A-Za-z_$][\w$]{0,127}$/).describe('exported class, a chat model of LangChain: `ChatOllama`'),
  options: z.record(z.string(), z.unknown()).default({}).describe('what its constructor takes; secrets below as {env: NAME} or {file: PATH} under a key such as `apiKey`'),
  model: z.string().min(1).max(128).describe('name of the model: handed to the class, and shown in metrics and audit'),
  provider: z.string().min(1).max(64).optional().describe('name in metrics and audit; by default the package'),
  ...modelSettings,
  structured: modelSettings.structured.unwrap().default('never').describe('hold the model to the JSON schema by `withStructuredOutput`; some classes do that by a tool call'),
});
type Config = z.infer<typeof Config>;

/** Any chat model of LangChain, by package and class. */
export const langchain = createLangchain((name) => import(name));

/** @param importModule loads a module by name; specs hand in another. */
export function createLangchain(importModule: ImportModule): PluginDefinition<Config, Reasoner> {
  return definePlugin<Config, Reasoner>({
    kind: 'langchain',
    config: Config,
    async create({ package: from, class: name, options, model, provider, ...settings }, { clock, stateDir, log }) {
      await refuseTracing();
      const Model = await loadChatModel({ from, name, importModule });
      const chatModel = construct(() => new Model({ maxTokens: settings.maxOutputTokens, ...options, model, maxRetries: 0, cache: false }), `${name} of ${from}`);
      const endpoint = langchainEndpoint({ chatModel, provider: provider ?? from, model, now: () => clock.now() });
      return modelReasoner({ kind: 'langchain', place: `${from}#${name}`, endpoint, settings, ledger: openSpendLedger(stateDir), clock, log });
    },
  });
}

/** LangChain sends every prompt to LangSmith when the environment says so: evidence must not leave by a side door. */
async function refuseTracing(): Promise<void> {
  const { getEnvironmentVariable } = await import('@langchain/core/utils/env');
  const on = TRACING.find((name) => getEnvironmentVariable(name) === 'true');
  if (on !== undefined) throw new PermanentError('ModelTracingOn', `${on} is set: LangChain would send every prompt to LangSmith. Take it out of the hub's environment`);
}

const TRACING = ['LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING_V2', 'LANGSMITH_TRACING', 'LANGCHAIN_TRACING'] as const;

function construct(make: () => ChatModel, what: string): ChatModel {
  try {
    return make();
  } catch (error) {
    throw new PermanentError('ModelMisconfigured', `${what} does not take its options: ${messageOf(error).split('\n')[0] ?? ''}; see its documentation and correct options`, { cause: error });
  }
}
