/** @module Reasoners: who finds the cause and says, as a typed action, what would mend it. One line per plugin, cheapest first. */
import { langchain } from './langchain/langchain.ts';
import { openaiCompatible } from './openai-compatible/openai-compatible.ts';
import { playbook } from './playbook/playbook.ts';
import { precedent } from './precedent/precedent.ts';

export const reasoners = [playbook, precedent, openaiCompatible, langchain] as const;
export { langchain, openaiCompatible, playbook, precedent };
