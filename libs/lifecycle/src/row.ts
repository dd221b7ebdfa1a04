import type { Phase, RemediationRequestStatus } from '@fleetmend/model';
import type { Guard } from './guard.ts';
import type { StageName } from './stage-name.ts';
import type { View } from './view.ts';

/** Facts that a move brings with it, computed from the same view. */
export type MoveFacts = (view: View) => Partial<RemediationRequestStatus>;

/** What to do: change the phase, stay and run one stage for one more fact, or wait. */
export type Decision =
  | { readonly kind: 'move'; readonly to: Phase; readonly reason: string; readonly facts?: Partial<RemediationRequestStatus> }
  | { readonly kind: 'run'; readonly stage: StageName }
  /** `clock: 'stopped'`: the time that passes here is not the request's own. */
  | { readonly kind: 'rest'; readonly reason: string; readonly clock: 'running' | 'stopped' };

/** One line of the table: the first row of a phase whose guard holds decides. */
export interface Row {
  readonly when: Guard;
  readonly decide: (view: View) => Decision;
  /** What the row does, in words, for the generated page and for failing tests. */
  readonly effect: string;
}

type Reason = string | ((view: View) => string);

export function move(when: Guard, to: Phase, reason: Reason, facts?: MoveFacts): Row {
  return {
    when,
    effect: `→ ${to}${typeof reason === 'string' ? ` (${reason})` : ''}`,
    decide: (view) => {
      const why = typeof reason === 'string' ? reason : reason(view);
      return facts === undefined ? { kind: 'move', to, reason: why } : { kind: 'move', to, reason: why, facts: facts(view) };
    },
  };
}

export function run(when: Guard, stage: StageName): Row {
  return { when, effect: `run ${stage}`, decide: () => ({ kind: 'run', stage }) };
}

export function rest(when: Guard, reason: Reason, clock: 'running' | 'stopped'): Row {
  return {
    when,
    effect: clock === 'stopped' ? 'rest, clock stopped' : 'rest',
    decide: (view) => ({ kind: 'rest', reason: typeof reason === 'string' ? reason : reason(view), clock }),
  };
}
