import type { Rule } from './rule.ts';
import { creatingRules } from './creating/creating-rules.ts';
import { platformRules } from './platform/platform-rules.ts';
import { rolloutRules } from './rollout/rollout-rules.ts';
import { schedulingRules } from './scheduling/scheduling-rules.ts';
import { startingRules } from './starting/starting-rules.ts';
import { storageRules } from './storage/storage-rules.ts';
import { trafficRules } from './traffic/traffic-rules.ts';

/** One rule per failure class, in the sections of the classes. */
export const RULES: Readonly<Record<string, Rule | undefined>> = { ...startingRules, ...schedulingRules, ...creatingRules, ...rolloutRules, ...storageRules, ...trafficRules, ...platformRules };
