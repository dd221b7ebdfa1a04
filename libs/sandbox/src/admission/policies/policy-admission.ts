import { messageOf } from '@fleetmend/kernel';
import type { AdmissionRequest, AdmissionStep, Cluster } from '../../api/cluster.ts';
import { celValue } from '../../api/custom/cel.ts';
import { at, type Json, textAt } from '../../api/json.ts';
import { forbidden } from '../../api/refusals.ts';
import { type KubeObject, StatusError } from '../../objects.ts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';
import { coversRequest, namespaceOf } from './match.ts';

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = `${GROUP}/validatingadmissionpolicies`;
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`;
const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

interface Denial {
  readonly message: string;
  readonly reason: string;
}

/**
 * Enforces ValidatingAdmissionPolicies on creates and updates: an expression that does not hold, or (with `failurePolicy: Fail`)
 * cannot be evaluated, refuses the write where a binding says Deny, and warns where it says Warn. Writes of the cluster's own
 * controllers are judged like any other.
 */
export function createPolicyAdmission(): AdmissionStep {
  // Stored objects never change, so what was compiled of one is good as long as that one is there.
  const compiled = new WeakMap<KubeObject, CompiledPolicy>();
  const compiledOf = (policy: KubeObject): CompiledPolicy => {
    const known = compiled.get(policy) ?? compilePolicy(policy);
    compiled.set(policy, known);
    return known;
  };
  return (cluster, request) => {
    // As on a real server, no policy can be used to lock everybody out of the policies.
    if (request.type.group === GROUP) return;
    for (const binding of cluster.store.list(BINDINGS)) {
      const policy = cluster.store.get(POLICIES, '', textAt(binding, 'spec', 'policyName'));
      if (!policy || !coversRequest(cluster, request, at(policy, 'spec', 'matchConstraints'), { withoutRules: false })) continue;
      if (!coversRequest(cluster, request, at(binding, 'spec', 'matchResources') ?? {}, { withoutRules: true })) continue;
      const [first] = denials(compiledOf(policy), contextOf(cluster, request), textAt(policy, 'spec', 'failurePolicy') === 'Ignore');
      if (first) act(request, { policy, binding, denial: first });
    }
  };
}

function act(request: AdmissionRequest, { policy, binding, denial }: { readonly policy: KubeObject; readonly binding: KubeObject; readonly denial: Denial }): void {
  const actions = at(binding, 'spec', 'validationActions');
  const does = (action: string) => Array.isArray(actions) && actions.includes(action);
  const by = `'${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  if (does('Warn')) request.writer.warn(`Validation failed for ValidatingAdmissionPolicy ${by}: ${denial.message}`);
  if (!does('Deny')) return;
  const { type, draft } = request;
  const text = `ValidatingAdmissionPolicy ${by} denied request: ${denial.message}`;
  const refusal = forbidden(type, draft.metadata.name, text);
  throw new StatusError(CODES[denial.reason] ?? 422, denial.reason, refusal.message, { ...refusal.details, causes: [{ message: text }] });
}

function denials(policy: CompiledPolicy, given: Json, ignoresErrors: boolean): readonly Denial[] {
  const failed = (expression: string, error: unknown): readonly Denial[] => (ignoresErrors ? [] : [{ message: `expression '${expression}' resulted in error: ${messageOf(error).split('\n')[0] ?? ''}`, reason: 'Invalid' }]);
  for (const { name, evaluate } of policy.conditions) {
    try {
      if (evaluate(given) !== true) return [];
    } catch (error) {
      return failed(name, error);
    }
  }
  const context = withVariables(policy, given);
  return policy.validations.flatMap(({ expression, holds, message, describe, reason }) => {
    try {
      return holds(context) === true ? [] : [{ message: described(describe, context) ?? message, reason }];
    } catch (error) {
      return failed(expression, error);
    }
  });
}

/** Each variable may use those before it; one that fails is an error only for the expressions that use it. */
function withVariables({ variables }: CompiledPolicy, given: Json): Json {
  const values: Json = {};
  const context = { ...given, variables: values };
  for (const { name, evaluate } of variables) {
    try {
      values[name] = evaluate(context);
    } catch {
      continue;
    }
  }
  return context;
}

function described(describe: ((context: Json) => unknown) | undefined, context: Json): string | undefined {
  try {
    const text = describe?.(context);
    return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
  } catch {
    return undefined; // As on the real server: a message expression that fails falls back to the message.
  }
}

function contextOf(cluster: Cluster, request: AdmissionRequest): Json {
  const { operation, type, draft, old, subresource, writer } = request;
  const { name, namespace } = draft.metadata;
  const { group, version, kind, plural } = type;
  const seen = (value: unknown): unknown => (value === undefined ? null : celValue(value, {}));
  return {
    object: seen(draft),
    oldObject: seen(old),
    namespaceObject: seen(namespaceOf(cluster, request)),
    request: celValue(
      {
        operation, name, namespace: namespace ?? '', dryRun: writer.dryRun,
        kind: { group, version, kind }, resource: { group, version, resource: plural }, subResource: subresource ?? '',
        userInfo: { username: writer.user, groups: writer.groups ?? [] },
      },
      {},
    ),
  };
}
