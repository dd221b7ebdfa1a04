import { backoff, hours, isPermanent, messageOf, renderTime, seconds, type Duration, type Random } from '@fleetmend/kernel';
import { BEFORE_DELIVERY, isTerminal, type Lifecycle, type StageName, type View } from '@fleetmend/lifecycle';
import type { RemediationRequest } from '@fleetmend/model';
import { ConflictError, type Requests } from '@fleetmend/ports';
import type { Facts, StageResult, Stages } from '@fleetmend/stages';
import { createBackoffs, type Backoffs } from './backoffs.ts';
import { createClockPace, type ClockPace } from './clock-pace.ts';
import { gatherView, type ViewDeps } from './gather-view.ts';
import { occurrencesOf } from './occurrences.ts';
import { finished, sameStatus, settle, withFacts, type Moved, type Settled } from './settle.ts';

export interface Key {
  readonly namespace: string;
  readonly name: string;
}

/** When to look again. `undefined`: only when something changes. */
export type Requeue = Duration | undefined;

export interface ReconcilerDeps extends ViewDeps {
  readonly requests: Requests;
  readonly stages: Stages;
  readonly random: Random;
  /** Told of every move after it was written: metric, event, notifiers. May not throw. */
  readonly moved: (request: RemediationRequest, move: Moved) => void;
  /** Told of every failed stage, for the log. */
  readonly failed: (key: Key, stage: StageName, error: unknown) => void;
  readonly rest: Duration;
  /** Another table than ours; tests put bugs in it. */
  readonly table?: Lifecycle;
}

/**
 * Reads the world, decides, runs at most one stage, and writes its fact together with the moves that follow from it.
 * It keeps nothing between two calls but who backs off: killed at any await, the next call finds out again.
 */
export function createReconciler(given: ReconcilerDeps): (key: Key, signal: AbortSignal) => Promise<Requeue> {
  const deps: WriterDeps = { ...given, clockPace: createClockPace() };
  const backoffs = createBackoffs();
  return async (key, signal) => {
    const request = await deps.requests.get(key.namespace, key.name);
    if (request === undefined) return void backoffs.forget(key);
    const now = deps.clock.now();
    const gathered = await gatherView(deps, request, backoffs.resting(key, now));
    const seen = withFacts(gathered, occurrencesOf(gathered, deps.openSet));
    const settled = settle(seen, deps.table);
    try {
      if (settled.moves.length > 0) {
        await write(deps, request, settled);
        return 0;
      }
      if (settled.next.kind === 'rest') {
        await write(deps, request, settled);
        return isTerminal(request.status.phase) ? (backoffs.wait(key, now) ?? untilNextDuty(deps, request)) : deps.rest;
      }
      const { stage } = settled.next;
      const wait = backoffs.waitFor(key, stage, now);
      if (wait !== undefined) return wait;
      return await runStage({ deps, backoffs, key, request, settled, stage, signal });
    } catch (error) {
      if (error instanceof ConflictError) return seconds(1) * (0.5 + deps.random.next());
      throw error;
    }
  };
}

/** After the end there are duties that come due by time alone: the look for orphans soon, the archive some day. */
function untilNextDuty({ lifecycle }: ReconcilerDeps, { status }: RemediationRequest): Duration {
  return status.aftermath?.orphansClosed === undefined ? lifecycle.orphanDelay : hours(1);
}

/** What is kept between two looks, lost with the process, only slows down: who backs off, and when a clock was last touched. */
interface WriterDeps extends ReconcilerDeps {
  readonly clockPace: ClockPace;
}

interface Run {
  readonly deps: WriterDeps;
  readonly backoffs: Backoffs;
  readonly key: Key;
  readonly request: RemediationRequest;
  readonly settled: Settled;
  readonly stage: StageName;
  readonly signal: AbortSignal;
}

async function runStage({ deps, backoffs, key, request, settled, stage, signal }: Run): Promise<Requeue> {
  const outcome = await attempt(deps, settled.view, stage, signal);
  if ('error' in outcome) {
    deps.failed(key, stage, outcome.error);
    const wait = backoffs.failed(key, stage, deps.clock.now(), (failures) => backoff(failures, deps.random, { initial: seconds(1), max: isTerminal(request.status.phase) ? hours(1) : seconds(60) }));
    const facts = await factsOfError(deps, settled.view, stage, outcome.error, signal);
    if (facts !== undefined) await write(deps, request, settle(withFacts(settled.view, facts), deps.table));
    else if (clockTurns(settled, request)) await write(deps, request, settled);
    return wait;
  }
  backoffs.succeeded(key, stage);
  if (stage === 'archive') return undefined;
  const healed: Facts = request.status.error?.stage === stage ? { error: undefined } : {};
  const facts = 'fact' in outcome.result ? { ...outcome.result.fact, ...healed } : healed;
  const waitsFor = 'notYet' in outcome.result && TELLS_WHAT_IT_WAITS_FOR.includes(stage) ? outcome.result.reason : undefined;
  await write(deps, request, settle(withFacts(settled.view, facts), deps.table), waitsFor);
  return 'notYet' in outcome.result ? outcome.result.notYet : 0;
}

/** A stage that keeps failing is on the request's own time: a clock that a rest had stopped has to go on, or the life never ends. */
function clockTurns(settled: Settled, { status }: RemediationRequest): boolean {
  return (finished(settled).clockAt === undefined) !== (status.clockAt === undefined);
}

/** Stages that wait for people or for what people run, in few words that seldom change: those are worth a write. */
const TELLS_WHAT_IT_WAITS_FOR: readonly StageName[] = ['readPullRequest', 'requestApproval', 'mergePullRequest'];

type Outcome = { readonly result: StageResult } | { readonly error: unknown };

async function attempt({ stages }: ReconcilerDeps, view: View, stage: StageName, signal: AbortSignal): Promise<Outcome> {
  try {
    return { result: await stages[stage](view, signal) };
  } catch (error) {
    // A lost race is not a failure: the next look decides again.
    if (error instanceof ConflictError) throw error;
    return { error };
  }
}

/**
 * What a failed stage leaves behind. A permanent error before delivery ends the request (a row of the table); after it,
 * the request is stalled, a human hears of it once, and the retries go on.
 */
async function factsOfError({ stages }: ReconcilerDeps, view: View, stage: StageName, error: unknown, signal: AbortSignal): Promise<Facts | undefined> {
  const { phase, aftermath, error: known } = view.request.status;
  if (!isPermanent(error) || isTerminal(phase)) return undefined;
  const fact = { stage, reason: error.reason.slice(0, 64), message: messageOf(error).slice(0, 512), at: renderTime(view.now) };
  if (known?.stage === stage && known.reason === fact.reason && known.message === fact.message) return undefined;
  if ((BEFORE_DELIVERY as readonly string[]).includes(phase) || aftermath?.escalated !== undefined) return { error: fact };
  const told = await stages.escalate(withFacts(view, { error: fact }), signal);
  return 'fact' in told ? { error: fact, ...told.fact } : { error: fact };
}

/** Writes what changed, and says so afterwards. A look that changed nothing writes nothing. */
async function write(deps: WriterDeps, request: RemediationRequest, settled: Settled, waitsFor?: string): Promise<void> {
  const status = finished(settled, waitsFor);
  if (sameStatus(status, request.status)) return;
  const { namespace, name } = request.metadata;
  if (!deps.clockPace(`${namespace}/${name}`, request.status, status, deps.clock.now())) return;
  const written = await deps.requests.writeStatus(request, status);
  for (const move of settled.moves) deps.moved(written, move);
}
