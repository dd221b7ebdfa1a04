/** @module Reasoners: who finds the cause and says, as a typed action, what would mend it. One line per plugin, cheapest first. */
import { langchain } from './langchain/langchain.ts';
import { openaiCompatible } from './openai-compatible/openai-compatible.ts';
import { playbook } from './playbook/playbook.ts';

export const reasoners = [playbook, openaiCompatible, langchain] as const;
export { langchain, openaiCompatible, playbook };
