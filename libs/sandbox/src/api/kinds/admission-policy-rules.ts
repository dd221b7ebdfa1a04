import { compilePolicy } from '../../admission/policies/compiled-policy.ts';
import type { Draft } from '../cluster.ts';
import { at, isObject, type Json, listAt, textAt } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { type FieldError, forbiddenField, invalidValue, required } from '../refusals.ts';

function defaultMatching(matching: Json): void {
  matching['matchPolicy'] ??= 'Equivalent';
  matching['namespaceSelector'] ??= {};
  matching['objectSelector'] ??= {};
  for (const rule of [...listAt(matching, 'resourceRules'), ...listAt(matching, 'excludeResourceRules')]) rule['scope'] ??= '*';
}

/**
 * Policies as the sandbox can keep its word about them: what would be stored and then not enforced (parameters, writes that are
 * no create or update, annotations of an audit log that there is not) is refused, with the reason.
 */
export const admissionPolicyRules: KindRules = {
  generation: true,
  newStatus: {},
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    spec['failurePolicy'] ??= 'Fail';
    if (isObject(spec['matchConstraints'])) defaultMatching(spec['matchConstraints']);
  },
  validate(draft) {
    const errors: FieldError[] = [];
    if (listAt(draft, 'spec', 'matchConstraints', 'resourceRules').length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
    if (listAt(draft, 'spec', 'validations').length === 0 && listAt(draft, 'spec', 'auditAnnotations').length === 0) errors.push(required('spec.validations', 'validations or auditAnnotations must contain at least one item'));
    for (const { field, expression, why } of compilePolicy(draft).problems) errors.push(invalidValue(field, expression, `compilation failed: ${why}`));
    return [...errors, ...beyondTheSandbox(draft)];
  },
};

function beyondTheSandbox(draft: Draft): readonly FieldError[] {
  const errors = ['paramKind', 'auditAnnotations'].filter((field) => at(draft, 'spec', field) !== undefined).map((field) => forbiddenField(`spec.${field}`, 'the sandbox does not evaluate it'));
  const rules = listAt(draft, 'spec', 'matchConstraints', 'resourceRules');
  const others = rules.flatMap((rule, index) => (at(rule, 'operations') as readonly unknown[] | undefined ?? []).filter((operation) => operation === 'DELETE' || operation === 'CONNECT').map((operation) => forbiddenField(`spec.matchConstraints.resourceRules[${index}].operations`, `the sandbox admits creates and updates only, not ${String(operation)}`)));
  return [...errors, ...others];
}

export const admissionBindingRules: KindRules = {
  generation: true,
  defaults(draft) {
    const spec = (draft['spec'] ??= {}) as Json;
    if (isObject(spec['matchResources'])) defaultMatching(spec['matchResources']);
  },
  validate(draft) {
    const errors: FieldError[] = [];
    if (textAt(draft, 'spec', 'policyName') === '') errors.push(required('spec.policyName'));
    const actions = at(draft, 'spec', 'validationActions');
    if (!Array.isArray(actions) || actions.length === 0) errors.push(required('spec.validationActions'));
    if (at(draft, 'spec', 'paramRef') !== undefined) errors.push(forbiddenField('spec.paramRef', 'the sandbox does not evaluate it'));
    return errors;
  },
};
