import { DEFINITIONS, definitionRules } from '../custom/definitions.ts';
import type { KindRules } from '../kind-rules.ts';
import type { ResourceType } from '../resource-types.ts';

const PLAIN: KindRules = {};

const RULES: Readonly<Record<string, KindRules>> = {
  [DEFINITIONS]: definitionRules,
  '/nodes': { keepsStatus: true },
  '/namespaces': { nameRule: 'label', newStatus: { phase: 'Active' }, prepareCreate: (draft) => void (draft['spec'] = { finalizers: ['kubernetes'] }) },
  '/pods': { generation: true, newStatus: { phase: 'Pending', qosClass: 'BestEffort' } },
};

/** What is special about a type; built-in kinds only. */
export function rulesOf(type: ResourceType): KindRules {
  return RULES[type.storage] ?? PLAIN;
}
