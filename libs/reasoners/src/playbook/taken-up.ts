import { withJobTemplate } from './job-template.ts';
import { withOrderedPods } from './ordered-pods.ts';
import type { Rule } from './rule.ts';

/** What the pods of that kind of owner can take up at all; what they cannot is told to a person. */
export const takenUp = (rule: Rule): Rule => withJobTemplate(withOrderedPods(rule));
