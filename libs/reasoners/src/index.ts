/** @module Reasoners: who finds the cause and says, as a typed action, what would mend it. One line per plugin, cheapest first. */
import { playbook } from './playbook/playbook.ts';

export const reasoners = [playbook] as const;
export { playbook };
