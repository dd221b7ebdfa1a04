import { hours, isPermanent, seconds } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { expectationsOf, HELD, missingAbilities, objectsNamed, patienceOf, playScenario, PLACEHOLDER_URL, readScenario, rootsNotTried, score, seenRequest, startReviewer, troublesOf, type Files, type ListObjects, type ReviewDesk, type Scenario, type Seen, type SeenObject, type Trouble } from '@fleetmend/sandbox';
import { findLive, renderState, type FindRendered } from './rendered-objects.ts';
import { brokenRow, malformedRow, renderRow, skippedRow, type Row } from './row.ts';
import { openVirtualFleet, type FleetParts, type VirtualFleet } from './virtual-fleet.ts';

const LOOK_EVERY = seconds(1);
/** Nothing that a scenario waits for takes longer. */
const LONGEST = hours(3);

/** Plays one scenario folder in a world of its own and scores it. Never throws: what cannot be played is a row, too. */
export async function playVirtual(dir: string, parts: FleetParts): Promise<Row> {
  const start = performance.now();
  let scenario: Scenario;
  try {
    scenario = readScenario(dir, { url: PLACEHOLDER_URL });
    // Live objects are read on demand: a broken file among them is the folder's fault, too.
    for (const cluster of scenario.clusters) void [scenario.live(cluster), scenario.liveAfter(cluster)];
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return malformedRow(dir, error.message);
  }
  const missing = missingAbilities(scenario, parts.renderers);
  if (missing.length > 0) return skippedRow(scenario, missing);
  const fleet = await openVirtualFleet(scenario, parts);
  try {
    const { seen, secondsToPullRequest, commits } = await onVirtualClock(fleet, playAndWatch(scenario, fleet, parts));
    return renderRow({ scenario, score: score(scenario.expect, seen), seen, secondsToPullRequest, log: fleet.log, commits, took: performance.now() - start });
  } catch (error) {
    return brokenRow(scenario, { error, log: fleet.log, took: performance.now() - start });
  } finally {
    await onVirtualClock(fleet, fleet.close());
  }
}

/** Lets virtual time pass until the story is over. */
async function onVirtualClock<T>({ clock }: VirtualFleet, story: Promise<T>): Promise<T> {
  let over = false;
  const end = story.finally(() => {
    over = true;
  });
  await Promise.all([clock.runUntil(() => over, LONGEST, 'the end of the scenario'), end.catch(() => undefined)]);
  return end;
}

interface Watched {
  readonly seen: Seen;
  readonly secondsToPullRequest: number | undefined;
  readonly commits: readonly string[];
}

async function playAndWatch(scenario: Scenario, fleet: VirtualFleet, parts: FleetParts): Promise<Watched> {
  const { clock, world, git, forge, hub } = fleet;
  const { branch } = scenario.repository;
  const usual = new Set<string>();
  const bases = new Map<number, string>();
  forge.onChange(({ kind, pullRequest }) => {
    if (kind === 'Opened') bases.set(pullRequest.number, git.mergeBase(git.tip(pullRequest.base)?.sha ?? '', git.tip(pullRequest.branch)?.sha ?? '')?.sha ?? '');
  });
  const reviewer = startReviewer({ habit: scenario.reviewer, desk: deskOf(fleet), tierOf: (head) => tierOf(hub.ledger.all(), head), clock, trouble: () => undefined });
  const { commits, appliedAt } = await playScenario({ scenario, world, writer: fleet.writer, url: PLACEHOLDER_URL, clock, healthy: () => troublesNow(scenario, fleet).forEach(({ about }) => usual.add(about)) });
  const filesOf = (sha: string | undefined) => git.find(sha ?? '')?.files ?? new Map<string, string>();
  const faulty = filesOf(commits.at(-1));
  const named = objectsNamed(expectationsOf(scenario.expect), faulty);
  const liveBefore = new Map(scenario.clusters.flatMap((cluster) => named.map((ref) => [`${cluster} ${ref}`, findLive(world, cluster, ref)] as const)));

  let wellSince: number | undefined;
  let troubles: readonly Trouble[] = [];
  const end = appliedAt + Math.max(...expectationsOf(scenario.expect).map(patienceOf));
  const requests = () => hub.ledger.all().map(seenRequest);
  for (;;) {
    troubles = troublesNow(scenario, fleet).filter(({ about }) => !usual.has(about));
    wellSince = troubles.length > 0 ? undefined : (wellSince ?? clock.now());
    if (isOver({ scenario, now: clock.now(), end, wellSince, merged: forge.pullRequests().some(({ state }) => state === 'Merged'), requests: requests(), open: forge.pullRequests().some(({ state }) => state === 'Open') })) break;
    await clock.sleep(LOOK_EVERY);
  }
  await reviewer.stop();

  const pullRequests = forge.pullRequests().map(({ number, title, state, openedAt, branch: head }) => ({ number, title, state, openedAfter: openedAt - appliedAt, files: proposedFiles(git, { head, base: bases.get(number), faulty }) }));
  const merged = git.tip(branch)?.files ?? faulty;
  const objects = await seenObjects({ scenario, named, states: [faulty, merged, ...pullRequests.map(({ files }) => files)], liveBefore, fleet, parts });
  const seen: Seen = {
    faulty, merged, pullRequests, objects,
    earlier: commits.slice(0, -1).reverse().map(filesOf),
    requests: requests(),
    tickets: [...hub.tickets.values()].map(({ title, body }) => ({ title, body })),
    recoveredAfter: wellSince === undefined ? undefined : wellSince - appliedAt,
    heldFor: wellSince === undefined ? 0 : clock.now() - wellSince,
    troubles: troubles.map(({ about, what }) => `${about}: ${what}`),
  };
  const first = pullRequests[0];
  return { seen, commits, secondsToPullRequest: first === undefined ? undefined : first.openedAfter / 1_000 };
}

/** The fault with the changes of a pull request over it, also where it began before the last commit of the story. */
function proposedFiles({ tip, find }: VirtualFleet['git'], { head, base, faulty }: { readonly head: string; readonly base: string | undefined; readonly faulty: Files }): Files {
  const [before, after] = [find(base ?? '')?.files ?? faulty, tip(head)?.files ?? faulty];
  const files = new Map(faulty);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const text = after.get(path);
    if (text === before.get(path)) continue;
    if (text === undefined) files.delete(path);
    else files.set(path, text);
  }
  return files;
}

interface Moment {
  readonly scenario: Scenario;
  readonly now: number;
  readonly end: number;
  readonly wellSince: number | undefined;
  readonly merged: boolean;
  readonly open: boolean;
  readonly requests: Seen['requests'];
}

/** Nothing that is expected can come true, or become untrue, any more. */
function isOver({ scenario, now, end, wellSince, merged, open, requests }: Moment): boolean {
  if (expectationsOf(scenario.expect).every(({ outcome }) => outcome === 'Ignored')) return now >= end;
  // A repair has to last, also one that came at the last moment.
  const lasting = wellSince !== undefined && wellSince <= end && now - wellSince < HELD;
  const settled = requests.length > 0 && requests.every(({ finished }) => finished) && requests.some(({ phase }) => phase !== 'Dismissed') && !open;
  if (settled && (!merged || wellSince !== undefined)) return !(merged && lasting);
  return now >= end && !(merged && lasting);
}

function troublesNow(scenario: Scenario, { world, git }: VirtualFleet): readonly Trouble[] {
  const head = git.tip(scenario.repository.branch)?.sha ?? '';
  return scenario.clusters.flatMap((name) => {
    const { objects } = world.cluster(name);
    const late = rootsNotTried(scenario, world, head).filter(({ cluster }) => cluster === name);
    const list: ListObjects = (apiVersion, kind) => {
      try {
        return objects.list(apiVersion, kind);
      } catch {
        return []; // nobody serves that kind here
      }
    };
    return [...late.map(({ path }): Trouble => ({ about: `${name} ${path}`, what: 'the newest commit is not applied yet' })), ...troublesOf(list).map(({ about, what }) => ({ about: `${name} ${about}`, what }))];
  });
}

interface ObjectsQuery {
  readonly scenario: Scenario;
  readonly named: readonly string[];
  /** The faulty one, the merged one, and the proposed ones. */
  readonly states: readonly Seen['faulty'][];
  readonly liveBefore: ReadonlyMap<string, unknown>;
  readonly fleet: VirtualFleet;
  readonly parts: FleetParts;
}

async function seenObjects({ scenario, named, states, liveBefore, fleet, parts }: ObjectsQuery): Promise<readonly SeenObject[]> {
  if (named.length === 0) return [];
  const known = new Map<Seen['faulty'], FindRendered>();
  const rendered: FindRendered[] = [];
  for (const files of states) {
    const same = [...known.keys()].find((one) => one.size === files.size && [...one].every(([path, text]) => files.get(path) === text));
    const found = (same && known.get(same)) ?? (await fleet.clock.hold(renderState(scenario, { files, named, renderers: parts.renderers })));
    known.set(files, found);
    rendered.push(found);
  }
  return scenario.clusters.flatMap((cluster) =>
    named.map((ref): SeenObject => {
      const [faulty, merged, ...proposed] = rendered.map((find) => find(cluster, ref));
      return { ref, cluster, rendered: { faulty, merged, proposed }, live: { faulty: liveBefore.get(`${cluster} ${ref}`), end: findLive(fleet.world, cluster, ref) } };
    }),
  );
}

/** What was decided about the plan behind a branch. */
function tierOf(requests: readonly RemediationRequest[], branch: string): string | undefined {
  const request = requests.find(({ status }) => status.pullRequest?.branch === branch || status.revert?.branch === branch);
  return request?.status.verdict?.tier ?? request?.status.plan?.tier;
}

const REVIEWER = 'reviewer';

function deskOf({ forge, git }: VirtualFleet): ReviewDesk {
  return {
    open: async () => forge.pullRequests().filter(({ state }) => state === 'Open'),
    async merge({ number }) {
      forge.people.review(number, { author: REVIEWER, state: 'Approved' });
      forge.people.merge(number, REVIEWER);
    },
    close: async ({ number }) => forge.people.close(number, REVIEWER),
    async addRemark({ number, branch }) {
      const head = git.tip(branch);
      const before = git.find(head?.parents[0] ?? '');
      const [path, text] = [...(head?.files ?? [])].find(([file, content]) => before?.files.get(file) !== content) ?? [];
      if (path !== undefined && text !== undefined) forge.people.push(number, REVIEWER, new Map([[path, `${text}# looked at by a reviewer\n`]]));
    },
  };
}

