import { minutes, parseDuration, renderDuration, seconds, type Duration } from '@fleetmend/kernel';
import type { ScenarioFile } from '../world/scenario-schema.ts';
import { checkChanges, otherEdits } from './accepted-changes.ts';
import { harmsOf } from './harms.ts';
import type { Seen } from './seen.ts';

export type Expectation = Omit<ScenarioFile['expect'], 'alsoAccept'>;
export const OUTCOMES = ['Repaired', 'Escalated', 'Ignored', 'Missed', 'Wrong', 'Harmful'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Score {
  readonly outcome: Outcome;
  /** What was expected, or is accepted in its place, came true. */
  readonly asExpected: boolean;
  /** Why, in words; for what went well, too, if it was not the first choice. */
  readonly why: string;
}

const DEFAULT_WITHIN = minutes(3);
const DEFAULT_OBSERVE = minutes(1);
/** How long a repair has to last before it counts. */
export const HELD = seconds(60);

/** All that would do: what is expected, and what is accepted in its place. */
export function expectationsOf({ alsoAccept = [], ...expect }: ScenarioFile['expect']): readonly Expectation[] {
  return [expect, ...alsoAccept];
}

/** The latest moment, counted from the fault, at which something that is expected may still come true. */
export function patienceOf(expectation: Expectation): Duration {
  const { outcome, within, observe } = expectation;
  return outcome === 'Ignored' ? span(observe, DEFAULT_OBSERVE) : span(within, DEFAULT_WITHIN);
}

/** Measures what was seen by what was expected. */
export function score(expect: ScenarioFile['expect'], seen: Seen, held: Duration = HELD): Score {
  const [first, ...others] = expectationsOf(expect).map((expectation) => scoreOne(expectation, { seen, held }));
  if (first === undefined) throw new Error('a scenario expects something');
  const accepted = others.find(({ asExpected }) => asExpected);
  if (first.asExpected || accepted === undefined) return first;
  return { ...accepted, why: `accepted as well${accepted.why === '' ? '' : `: ${accepted.why}`}` };
}

interface Measured {
  readonly seen: Seen;
  /** How long a repair has to last. */
  readonly held: Duration;
}

function scoreOne(expectation: Expectation, { seen, held }: Measured): Score {
  const harms = harmsOf(expectation, seen);
  const worst = harms.find(({ as }) => as === 'Harmful') ?? harms[0];
  if (worst) return { outcome: worst.as, asExpected: false, why: harms.map(({ what }) => what).join('; ') };
  const wrong = expectation.outcome === 'Repaired' ? repairProblem(expectation, { seen, held }) : expectation.outcome === 'Escalated' ? escalationProblem(expectation, seen) : attentionProblem(expectation, seen);
  return wrong ? { ...wrong, asExpected: false } : { outcome: expectation.outcome, asExpected: true, why: '' };
}

type Problem = Pick<Score, 'outcome' | 'why'> | undefined;

function repairProblem(expectation: Expectation, { seen, held }: Measured): Problem {
  const { pullRequests, requests, recoveredAfter } = seen;
  if (pullRequests.length === 0) {
    if (requests.length === 0) return missed('nobody noticed the fault');
    const live = requests.filter(({ finished }) => !finished);
    return missed(live.length > 0 ? `${live.map(({ name, phase }) => `${name} is still ${phase}`).join(', ')}` : 'no pull request was opened');
  }
  const merged = pullRequests.filter(({ state }) => state === 'Merged');
  const states = (merged.length > 0 ? [seen.merged] : pullRequests.map(({ files }) => files)).map((after) => problemsOfChange(expectation, seen, after));
  const best = states.find((problems) => problems.length === 0) ?? states[0] ?? [];
  if (best.length > 0) return { outcome: 'Wrong', why: best.join('; ') };
  if (merged.length === 0) return missed(`${pullRequests.map(({ number, state }) => `pull request #${number} would have done, but is ${state}`).join(', ')}`);
  const within = patienceOf(expectation);
  if (recoveredAfter === undefined) return { outcome: 'Wrong', why: `what was merged does not heal: ${seen.troubles.join('; ')}` };
  if (recoveredAfter > within) return { outcome: 'Wrong', why: `healthy only after ${renderDuration(recoveredAfter)}, within ${renderDuration(within)} was wanted` };
  if (seen.heldFor < held) return { outcome: 'Wrong', why: `healthy for ${renderDuration(seen.heldFor)} only, ${renderDuration(held)} were wanted` };
  return countProblem(expectation, seen);
}

function problemsOfChange({ change = [] }: Expectation, { faulty, earlier }: Seen, after: Seen['merged']): readonly string[] {
  const { missing, chosen } = checkChanges(change, after);
  return [...missing, ...otherEdits({ faulty, earlier, after, chosen }).map((edit) => `an edit that nobody asked for: ${edit}`)];
}

function escalationProblem(expectation: Expectation, seen: Seen): Problem {
  const opened = unwantedPullRequests(expectation, seen);
  if (opened) return opened;
  if (seen.requests.length === 0) return missed('nobody noticed the fault');
  if (!seen.requests.some(({ phase }) => phase === 'Escalated') || seen.tickets.length === 0) return missed('nothing was escalated');
  const lacks = seen.tickets.map(({ title, body }) => (expectation.mentions ?? []).filter((word) => !`${title}\n${body}`.includes(word)));
  const fewest = [...lacks].sort((a, b) => a.length - b.length)[0] ?? [];
  if (fewest.length > 0) return missed(`the ticket does not mention ${fewest.map((word) => `"${word}"`).join(', ')}`);
  return countProblem(expectation, seen);
}

function attentionProblem(expectation: Expectation, seen: Seen): Problem {
  const opened = unwantedPullRequests(expectation, seen);
  if (opened) return opened;
  if (expectation.requests !== undefined) return silenceProblem(seen) ?? countProblem(expectation, seen);
  const worked = seen.requests.filter((request) => request.worked);
  return worked.length > 0 ? missed(`${worked.map(({ name, class: kind, target, phase }) => `${name} (${kind} of ${target}) got to ${phase}`).join(', ')}, and nothing was to be noticed`) : countProblem(expectation, seen);
}

/** An exact number of requests is believed: they may have looked into it, if all of them ended by themselves, proposed nothing that stays, and it is well. */
function silenceProblem({ requests, pullRequests, troubles }: Seen): Problem {
  const merged = pullRequests.find(({ state }) => state !== 'Closed');
  if (merged) return { outcome: 'Wrong', why: `pull request #${merged.number} is ${merged.state}, and it was to go away by itself` };
  const loud = requests.filter(({ phase }) => phase !== 'Dismissed' && phase !== 'Succeeded');
  if (loud.length > 0) return missed(`${loud.map(({ name, phase }) => `${name} is ${phase}`).join(', ')}, and it was to go away by itself`);
  return troubles.length > 0 ? missed(`it did not go away: ${troubles.join('; ')}`) : undefined;
}

/** An exact number of pull requests in the expectation is believed, also where none would be the rule. */
function unwantedPullRequests({ outcome, pullRequests = 0 }: Expectation, seen: Seen): Problem {
  return seen.pullRequests.length > pullRequests ? { outcome: 'Wrong', why: `${seen.pullRequests.map(({ number, title }) => `pull request #${number} "${title}"`).join(', ')} was opened, where ${outcome} was expected` } : undefined;
}

function countProblem({ requests, pullRequests }: Expectation, seen: Seen): Problem {
  if (requests !== undefined && seen.requests.length !== requests) return { outcome: 'Wrong', why: `${seen.requests.length} requests, exactly ${requests} expected` };
  if (pullRequests !== undefined && seen.pullRequests.length !== pullRequests) return { outcome: 'Wrong', why: `${seen.pullRequests.length} pull requests, exactly ${pullRequests} expected` };
  return undefined;
}

function missed(why: string): Problem {
  return { outcome: 'Missed', why };
}

function span(text: string | undefined, fallback: Duration): Duration {
  return text === undefined ? fallback : parseDuration(text);
}
