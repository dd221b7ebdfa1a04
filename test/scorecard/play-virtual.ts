import { hours, isPermanent, minutes } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { actMeanwhile, findLive, missingAbilities, playScenario, PLACEHOLDER_URL, proposedFiles, readScenario, sandboxTroubles, score, startReviewer, watchScenario, type Files, type ReviewDesk, type Scenario, type Seen } from '@fleetmend/sandbox';
import { renderState } from './rendered-objects.ts';
import { brokenRow, malformedRow, renderRow, skippedRow, type Row } from './row.ts';
import { openVirtualFleet, type FleetParts, type VirtualFleet } from './virtual-fleet.ts';

/** Argo CD gives an application up after minutes of retries: what comes of that is waited for, too. */
const QUIET = minutes(3);

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
    const seen = await onVirtualClock(fleet, playAndWatch(scenario, fleet, parts));
    return renderRow({ scenario, score: score(scenario.expect, seen), seen, log: fleet.log, took: performance.now() - start });
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

async function playAndWatch(scenario: Scenario, fleet: VirtualFleet, { renderers }: FleetParts): Promise<Seen> {
  const { clock, world, git, forge, hub } = fleet;
  const { branch } = scenario.repository;
  const filesOf = (sha: string | undefined): Files => git.find(sha ?? '')?.files ?? new Map<string, string>();
  const head = () => git.tip(branch)?.sha ?? '';
  const troubles = () => sandboxTroubles(scenario, world, head());
  const usual = new Set<string>();
  const bases = new Map<number, string>();
  forge.onChange(({ kind, pullRequest }) => {
    if (kind === 'Opened') bases.set(pullRequest.number, git.mergeBase(git.tip(pullRequest.base)?.sha ?? '', git.tip(pullRequest.branch)?.sha ?? '')?.sha ?? '');
  });
  const reviewer = startReviewer({ habit: scenario.reviewer, desk: deskOf(fleet), tierOf: (name) => tierOf(hub.ledger.all(), name), clock, trouble: fleet.say });
  const { commits, appliedAt } = await playScenario({ scenario, world, writer: fleet.writer, url: PLACEHOLDER_URL, clock, tell: fleet.say, healthy: () => troubles().forEach(({ about }) => usual.add(about)) });
  fleet.say('the fault is applied');
  const steps = commits.map(filesOf);
  const seen = await watchScenario({
    scenario, appliedAt, steps, usual, quiet: QUIET,
    world: {
      clock,
      requests: async () => hub.ledger.all(),
      tickets: async () => [...hub.tickets.values()].map(({ title, body }) => ({ title, body })),
      pullRequests: async (faulty) => forge.pullRequests().map(({ number, title, state, openedAt, branch: name }) => ({ number, title, state, openedAt, files: proposedFiles({ faulty, before: filesOf(bases.get(number)), after: filesOf(git.tip(name)?.sha) }) })),
      files: async () => filesOf(head()),
      troubles: async () => troubles(),
      live: async (refs) => findLive(world, refs),
      act: async (what) => {
        fleet.say(`somebody: ${what.message}`);
        await actMeanwhile({ scenario, world, writer: fleet.writer }, what);
      },
      render: (files, refs) => clock.hold(renderState(scenario, { files, named: refs, renderers, charts: fleet.charts })),
    },
  });
  await reviewer.stop();
  return seen;
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

