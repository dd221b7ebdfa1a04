import { seconds, type Clock, type Duration, type Instant } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import type { Scenario, ScenarioAct } from '../world/scenario.ts';
import type { Files } from './file-values.ts';
import { objectsNamed } from './harms.ts';
import { createMeanwhile } from './meanwhile.ts';
import { expectationsOf, HELD, patienceOf } from './score.ts';
import type { Seen, SeenObject, SeenPullRequest, SeenRequest, SeenTicket } from './seen.ts';
import { seenRequest } from './seen-request.ts';
import type { Trouble } from './troubles.ts';

/** Finds an object by cluster and `Kind/namespace/name`, without what every write moves. Undefined: not there. */
export type FindObject = (cluster: string, ref: string) => unknown;

export interface WatchedPullRequest extends Omit<SeenPullRequest, 'openedAfter'> {
  readonly openedAt: Instant;
}

/** What can be seen of a world in which a scenario is played: the same questions to the sandbox, on any clock, and to real servers. */
export interface WatchedWorld {
  readonly clock: Clock;
  requests(): Promise<readonly RemediationRequest[]>;
  tickets(): Promise<readonly SeenTicket[]>;
  /** What is proposed, over these files. */
  pullRequests(faulty: Files): Promise<readonly WatchedPullRequest[]>;
  /** The deployed branch now. */
  files(): Promise<Files>;
  /** All that is wrong now, a commit that is not applied yet among it. */
  troubles(): Promise<readonly Trouble[]>;
  live(refs: readonly string[]): Promise<FindObject>;
  /** How these files are rendered. Without it, named objects are looked at in the clusters only. */
  render?(files: Files, refs: readonly string[]): Promise<FindObject>;
  /** Does what somebody does meanwhile. */
  act(what: ScenarioAct): Promise<void>;
}

export interface WatchOptions {
  readonly scenario: Scenario;
  readonly world: WatchedWorld;
  /** When the fault was applied. */
  readonly appliedAt: Instant;
  /** The deployed branch after each step, oldest first. */
  readonly steps: readonly Files[];
  /** What was wrong while everything was well, by `about`: the scenario wants it so. */
  readonly usual: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  /** How long a repair has to last. */
  readonly held?: Duration;
  /** How long to look on after the last request has ended, in case that a second symptom is about to be noticed. On a real clock that is somebody's time. */
  readonly quiet?: Duration;
}

const LOOK_EVERY = seconds(1);
const NOTHING: FindObject = () => undefined;

/** Looks on from the fault until nothing that is expected can come true, or become untrue, any more. */
export async function watchScenario({ scenario, world, appliedAt, steps, usual, signal, held = HELD, quiet = 0 }: WatchOptions): Promise<Seen> {
  const { clock } = world;
  const expectations = expectationsOf(scenario.expect);
  const last = steps.at(-1) ?? new Map<string, string>();
  const people = createMeanwhile({ meanwhile: scenario.meanwhile, appliedAt, act: (what) => world.act(what) });
  const named = objectsNamed(expectations, last);
  const liveBefore = await world.live(named);
  const end = appliedAt + Math.max(...expectations.map(patienceOf));
  const onlyIgnored = expectations.every(({ outcome }) => outcome === 'Ignored');

  let wellSince: Instant | undefined;
  let settledSince: Instant | undefined;
  let troubles: readonly Trouble[] = [];
  for (;;) {
    troubles = (await world.troubles()).filter(({ about }) => !usual.has(about));
    wellSince = troubles.length > 0 ? undefined : (wellSince ?? clock.now());
    const states = (await world.pullRequests(last)).map(({ state }) => state);
    const now = clock.now();
    await people.look({ now, opened: states.length > 0, merged: states.includes('Merged') });
    // Asked at every look, also while a pull request is open: who watches may go by what is asked of it.
    const requests = (await world.requests()).map(seenRequest);
    settledSince = states.includes('Open') || !isSettled(requests) ? undefined : (settledSince ?? now);
    if (onlyIgnored ? now >= end : !people.isDue() && isOver({ now, end, held, quiet, wellSince, settledSince, merged: states.includes('Merged') })) break;
    await clock.sleep(LOOK_EVERY, signal);
  }

  const faulty = people.over(last);
  const pullRequests = (await world.pullRequests(faulty)).map(({ openedAt, ...seen }): SeenPullRequest => ({ ...seen, openedAfter: openedAt - appliedAt }));
  const merged = await world.files();
  const requests = (await world.requests()).map(seenRequest);
  const now = clock.now();
  const objects = await seenObjects({ scenario, world, named, states: [faulty, merged, ...pullRequests.map(({ files }) => files)], liveBefore });
  return {
    faulty, merged, pullRequests, objects, requests,
    earlier: [...(scenario.meanwhile.length > 0 ? steps : steps.slice(0, -1))].reverse(),
    tickets: await world.tickets(),
    recoveredAfter: wellSince === undefined ? undefined : wellSince - appliedAt,
    heldFor: wellSince === undefined ? 0 : now - wellSince,
    troubles: troubles.map(({ about, what }) => `${about}: ${what}`),
  };
}

interface Moment {
  readonly now: Instant;
  readonly end: Instant;
  readonly held: Duration;
  readonly quiet: Duration;
  readonly wellSince: Instant | undefined;
  readonly settledSince: Instant | undefined;
  readonly merged: boolean;
}

function isSettled(requests: readonly SeenRequest[]): boolean {
  return requests.length > 0 && requests.every(({ finished }) => finished) && requests.some(({ phase }) => phase !== 'Dismissed');
}

function isOver({ now, end, held, quiet, wellSince, settledSince, merged }: Moment): boolean {
  // A repair has to last, also one that came at the last moment.
  const stillToLast = merged && wellSince !== undefined && wellSince <= end && now - wellSince < held;
  if (stillToLast) return false;
  const isQuiet = settledSince !== undefined && now - settledSince >= quiet;
  return now >= end || (isQuiet && (!merged || wellSince !== undefined));
}

interface ObjectsQuery {
  readonly scenario: Scenario;
  readonly world: WatchedWorld;
  readonly named: readonly string[];
  /** The faulty one, the merged one, and the proposed ones. */
  readonly states: readonly Files[];
  readonly liveBefore: FindObject;
}

async function seenObjects({ scenario, world, named, states, liveBefore }: ObjectsQuery): Promise<readonly SeenObject[]> {
  if (named.length === 0) return [];
  const liveNow = await world.live(named);
  const known: (readonly [Files, FindObject])[] = [];
  for (const files of states) {
    const same = known.find(([other]) => sameFiles(other, files));
    known.push([files, same?.[1] ?? (world.render ? await world.render(files, named) : NOTHING)]);
  }
  return scenario.clusters.flatMap((cluster) =>
    named.map((ref): SeenObject => {
      const [faulty, merged, ...proposed] = known.map(([, find]) => find(cluster, ref));
      return { ref, cluster, rendered: { faulty, merged, proposed }, live: { faulty: liveBefore(cluster, ref), end: liveNow(cluster, ref) } };
    }),
  );
}

function sameFiles(a: Files, b: Files): boolean {
  return a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);
}

/** The fault with the changes of a pull request over it, also where that began before the last commit of the story. */
export function proposedFiles({ faulty, before, after }: { readonly faulty: Files; readonly before: Files; readonly after: Files }): Files {
  const files = new Map(faulty);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const text = after.get(path);
    if (text === before.get(path)) continue;
    if (text === undefined) files.delete(path);
    else files.set(path, overlaid(faulty.get(path), before.get(path), text));
  }
  return files;
}

/** The lines that a pull request changed, in a file that somebody else changed meanwhile; the whole file where they are not to be found there. */
function overlaid(present: string | undefined, before: string | undefined, after: string): string {
  if (present === undefined || before === undefined || present === before) return after;
  const [was, is] = [before.split('\n'), after.split('\n')];
  const head = was.findIndex((line, index) => line !== is[index]);
  const tail = was.toReversed().findIndex((line, index) => line !== is[is.length - 1 - index]);
  if (head < 0 || tail < 0 || head + tail > Math.min(was.length, is.length)) return after;
  const block = (lines: readonly string[]) => `\n${lines.slice(Math.max(head - 1, 0), lines.length - tail).join('\n')}\n`;
  const parts = `\n${present}`.split(block(was));
  return parts.length === 2 ? parts.join(block(is)).slice(1) : after;
}
