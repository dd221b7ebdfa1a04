import { messageOf } from '@fleetmend/kernel';
import { compileExpression } from '../../api/custom/cel.ts';
import { type Json, listAt, textAt } from '../../api/json.ts';
import type { KubeObject } from '../../objects.ts';

/** What an expression of a policy may speak of. `params` and `authorizer` are not among them: the sandbox has no values for them. */
const VARIABLES = ['object', 'oldObject', 'request', 'namespaceObject', 'variables'] as const;

type Evaluate = (context: Json) => unknown;

interface Named {
  readonly name: string;
  readonly evaluate: Evaluate;
}

interface Validation {
  readonly expression: string;
  readonly holds: Evaluate;
  readonly message: string;
  readonly describe: Evaluate | undefined;
  readonly reason: string;
}

/** A policy whose expressions are ready to be evaluated. */
export interface CompiledPolicy {
  readonly conditions: readonly Named[];
  readonly variables: readonly Named[];
  readonly validations: readonly Validation[];
  /** What did not compile; a policy with problems is refused when it is written. */
  readonly problems: readonly Problem[];
}

interface Problem {
  readonly field: string;
  readonly expression: string;
  readonly why: string;
}

export function compilePolicy(policy: KubeObject | Json): CompiledPolicy {
  const problems: Problem[] = [];
  const compiled = (item: Json, place: string, types: readonly string[], key = 'expression'): Evaluate => {
    try {
      return compileExpression(textAt(item, key), types, VARIABLES);
    } catch (error) {
      problems.push({ field: `spec.${place}.${key}`, expression: textAt(item, key), why: messageOf(error).split('\n')[0] ?? '' });
      return () => {
        throw new Error(`the expression does not compile: ${messageOf(error)}`);
      };
    }
  };
  const named = (list: string, types: readonly string[]): readonly Named[] =>
    listAt(policy, 'spec', list).map((item, index) => ({ name: textAt(item, 'name'), evaluate: compiled(item, `${list}[${index}]`, types) }));
  return {
    conditions: named('matchConditions', ['bool', 'dyn']),
    variables: named('variables', ['dyn', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map']),
    validations: listAt(policy, 'spec', 'validations').map((item, index) => {
      const expression = textAt(item, 'expression').trim();
      return {
        expression,
        holds: compiled(item, `validations[${index}]`, ['bool', 'dyn']),
        message: textAt(item, 'message').trim() || `failed expression: ${expression}`,
        describe: textAt(item, 'messageExpression') === '' ? undefined : compiled(item, `validations[${index}]`, ['string', 'dyn'], 'messageExpression'),
        reason: textAt(item, 'reason') || 'Invalid',
      };
    }),
    problems,
  };
}
