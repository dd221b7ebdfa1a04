import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubConfig, resolveSecrets } from '@fleetmend/config';
import { langchain, openaiCompatible, playbook, precedent } from '@fleetmend/reasoners';
import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/models.md'), 'utf8');
const examples = [...guide.matchAll(/^## (.+?)$[^]*?```yaml\n([^]*?)```/gm)].map(([, title = '', text = '']) => ({ title, text }));
const schemas = { playbook: playbook.config, precedent: precedent.config, langchain: langchain.config, 'openai-compatible': openaiCompatible.config };
const env = { VLLM_API_KEY: 'k', AZURE_OPENAI_API_KEY: 'k' };

it('has an example for each server that it names', () => {
  expect(examples.map(({ title }) => title)).toEqual(['A model of your own: Ollama', 'vLLM', 'OpenAI', 'Azure OpenAI', 'Any other, through LangChain']);
});

it.each(examples)('gives a config that the hub takes: $title', ({ text }) => {
  const { reasoners } = HubConfig.parse((parseYaml(text.replace('{file: /var/run/secrets/models/openai}', '{env: VLLM_API_KEY}')) as { hub: unknown }).hub);
  expect(reasoners.map(({ kind }) => kind).slice(0, 2)).toEqual(['playbook', 'precedent']);
  for (const { kind, ...rest } of reasoners) expect(schemas[kind as keyof typeof schemas].safeParse(resolveSecrets(rest, env, kind))).toMatchObject({ success: true });
});
