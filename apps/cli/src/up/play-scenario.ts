import { rmSync } from 'node:fs';
import { PermanentError } from '@fleetmend/kernel';
import { installedRenderers } from '@fleetmend/render';
import { actMeanwhile, findLive, missingAbilities, playScenario, readScenario, worldClusters, sandboxTroubles, scenarioSettings, score, startReviewer, watchScenario, type Scenario } from '@fleetmend/sandbox';
import { ticketOf } from '@fleetmend/stages';
import type { Closers } from '@fleetmend/hub';
import { FORGE, REPOSITORY } from './demo-settings.ts';
import type { PlayInput, Played } from './play-demo.ts';
import { renderResult } from './result.ts';
import { localDesk, tierOf, watchedPullRequests } from './review-desk.ts';
import { openSandboxFleet, type CliWorld } from './sandbox-fleet.ts';

/** The scenario needs what this world does not have. */
export class SkippedError extends PermanentError {
  constructor(scenario: Scenario, reasons: readonly string[]) {
    super('ScenarioSkipped', `${scenario.name} is skipped: ${reasons.join('; ')}`);
  }
}

/** Plays one scenario in a world of its own, made anew, and says whether its outcome is the expected one. */
export async function playOneScenario(dir: string, { layout, pace, story, signal, start, opened }: PlayInput, cli: CliWorld, closers: Closers): Promise<Played> {
  const plain = readScenario(dir);
  const reasons = missingAbilities(plain, installedRenderers(cli.env));
  if (reasons.length > 0) throw new SkippedError(plain, reasons);
  // A scenario begins with its first commit: what an earlier run left would be another story.
  for (const left of [layout.world, `${layout.world}-wal`, `${layout.world}-shm`, layout.repositories, layout.hub, layout.agent('')]) rmSync(left, { recursive: true, force: true });

  const { branch } = plain.repository;
  const fleet = await openSandboxFleet({ layout, clusters: worldClusters(plain), settings: scenarioSettings(plain, { forge: FORGE, name: REPOSITORY }), branch, pace }, cli, closers);
  const { repository, world, pullRequests } = fleet;
  const scenario = readScenario(dir, { url: repository.path });
  const hub = await fleet.startFleetmend();
  opened(fleet, hub);
  closers.add(
    hub.requests.watch(({ namespace, name }) => {
      const request = hub.requests.cached().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
      if (request) story.tell(request);
    }),
    (unwatch) => unwatch(),
  );
  const { clock } = cli;
  const desk = { pullRequests, repository };
  const requests = () => hub.requests.cached();
  closers.add(startReviewer({ habit: scenario.reviewer, desk: localDesk(desk), tierOf: (head) => tierOf(requests(), head), clock, trouble: (message) => cli.log.warn(message) }), (reviewer) => reviewer.stop());
  const usual = new Set<string>();
  const troubles = async () => sandboxTroubles(scenario, world, await repository.head(branch));
  const healthy = async () => (await troubles()).forEach(({ about }) => usual.add(about));
  const { commits, appliedAt } = await playScenario({ scenario, world, writer: repository, url: repository.path, clock, signal, tell: (line) => story.say(line), healthy });
  story.say('the fault is applied');

  const steps = await Promise.all(commits.map((commit) => repository.files(commit, '')));
  const held = pace.closeDwell;
  const seen = await watchScenario({
    // Somebody is watching: that nothing comes later is the scorecard's to show.
    scenario, appliedAt, steps, usual, signal, held, quiet: held,
    world: {
      clock, troubles,
      requests: async () => requests(),
      tickets: async () => requests().filter(({ status }) => status.aftermath?.escalated !== undefined).map((request) => ticketOf(request)),
      pullRequests: (faulty) => watchedPullRequests(desk, faulty),
      files: async () => repository.files(await repository.head(branch), ''),
      live: async (refs) => findLive(world, refs),
      act: async (what) => {
        story.say(`somebody: ${what.message}`);
        await actMeanwhile({ scenario, world, writer: repository }, what);
      },
    },
  });
  const measured = score(scenario.expect, seen, held);
  if (measured.why !== '') story.say(`${measured.outcome}: ${measured.why}`);
  const all = requests();
  const request = all.find(({ status }) => status.phase === 'Succeeded') ?? all.find(({ status }) => status.phase !== 'Dismissed') ?? all[0];
  const result = renderResult({ request, requests: all.length, milliseconds: clock.now() - start, repository: repository.path, kubeconfig: layout.kubeconfig });
  return { result, held: measured.asExpected, hub, fleet };
}
