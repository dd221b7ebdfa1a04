import { conditionsOf, decide, isTerminal, moved, stopsClock, summaryOf, withClock, type Decision, type Lifecycle, type View } from '@fleetmend/lifecycle';
import type { Phase, RemediationRequest, RemediationRequestStatus } from '@fleetmend/model';
import type { Facts } from '@fleetmend/stages';

export interface Moved {
  readonly from: Phase;
  readonly to: Phase;
  readonly reason: string;
}

/** Where a request stands after every move that follows from its facts, and what comes next. */
export interface Settled {
  readonly view: View;
  readonly moves: readonly Moved[];
  readonly next: Exclude<Decision, { kind: 'move' }>;
}

/** No chain of moves is longer in the table; a longer one is a loop, and stops here instead of turning for ever. */
const LONGEST_CHAIN = 8;

/** Follows the table's moves from a view until a stage has to run or nothing is to be done. Pure. `table` differs only in tests. */
export function settle(view: View, table?: Lifecycle): Settled {
  const moves: Moved[] = [];
  let current = view;
  for (let step = 0; step < LONGEST_CHAIN; step += 1) {
    const decision = decide(current, table);
    if (decision.kind !== 'move') return { view: current, moves, next: decision };
    moves.push({ from: current.request.status.phase, to: decision.to, reason: decision.reason });
    current = { ...current, request: { ...current.request, status: moved(current.request, decision, current.now) } };
  }
  return { view: current, moves, next: { kind: 'rest', reason: 'MovesTooOften', clock: 'running' } };
}

/** The view with one stage's facts in it. A fact that is `undefined` is taken away. */
export function withFacts(view: View, facts: Facts): View {
  if (Object.keys(facts).length === 0) return view;
  const merged = Object.fromEntries(Object.entries({ ...view.request.status, ...facts }).filter(([, fact]) => fact !== undefined));
  return { ...view, request: { ...view.request, status: merged as RemediationRequestStatus } };
}

/** The status as it is written: facts plus all that is derived from them. */
export function finished({ view, next }: Settled, waitsFor?: string): RemediationRequestStatus {
  const running = !stopsClock(view) && !(next.kind === 'rest' && next.clock === 'stopped');
  const status = withClock(view.request.status, running, view.now);
  // What has ended waits for nothing: how it ended is what people look for.
  const rests = next.kind === 'rest' && !isTerminal(status.phase) ? next.reason : undefined;
  const reason = waitsFor ?? rests ?? status.reason ?? 'Detected';
  const generation = view.request.metadata.generation ?? 1;
  return { ...status, summary: summaryOf(view.request, status, reason), conditions: conditionsOf(status, generation, view.now), observedGeneration: generation };
}

/** Equal in everything that is stored: the order of keys and absent fields do not count. Asked at every look, so it has to be quick. */
export function sameStatus(a: RemediationRequest['status'], b: RemediationRequest['status']): boolean {
  return isSame(a, b);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of Object.keys(left)) if (!isSame(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
