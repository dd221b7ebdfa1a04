import { rmSync } from 'node:fs';
import { PermanentError } from '@fleetmend/kernel';
import { installedRenderers } from '@fleetmend/render';
import { missingAbilities, playScenario, readScenario, type Scenario } from '@fleetmend/sandbox';
import type { Closers } from '@fleetmend/hub';
import { scenarioSettings } from './demo-settings.ts';
import type { PlayInput, Played } from './play-demo.ts';
import { renderResult } from './result.ts';
import { startReviewer } from './reviewer.ts';
import { openSandboxFleet, type CliWorld } from './sandbox-fleet.ts';
import { holds, isDecided, patienceOf, type Seen } from './verdict-of-scenario.ts';
import { waitUntil } from './wait-until.ts';

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
  const fleet = await openSandboxFleet({ layout, clusters: plain.clusters, settings: scenarioSettings(plain), branch, pace }, cli, closers);
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
  closers.add(startReviewer({ habit: scenario.reviewer, pullRequests, repository, requests: () => hub.requests.cached(), clock: cli.clock, trouble: (message) => cli.log.warn(message) }), (reviewer) => reviewer.stop());
  await playScenario({ scenario, world, writer: repository, url: repository.path, clock: cli.clock, signal, tell: (line) => story.say(line) });
  story.say('the fault is applied');

  const seen = (): Seen => {
    const requests = hub.requests.cached();
    return { requests, pullRequests: requests.flatMap(({ status }) => [status.pullRequest?.url, ...(status.attempts ?? []).map((attempt) => attempt.pullRequest)]).filter((one) => one !== undefined).length };
  };
  await waitUntil(() => (isDecided(scenario, seen()) ? true : undefined), { clock: cli.clock, limit: patienceOf(scenario), signal });
  const { requests } = seen();
  const request = requests.find(({ status }) => status.phase === 'Succeeded') ?? requests.find(({ status }) => status.phase !== 'Dismissed') ?? requests[0];
  const result = renderResult({ request, requests: requests.length, milliseconds: cli.clock.now() - start, repository: repository.path, kubeconfig: layout.kubeconfig });
  // What counts in the end is what the forge has: a pull request that we closed ourselves stands in no attempt.
  return { result, held: holds(scenario, { ...seen(), pullRequests: (await pullRequests.list()).length }), hub, fleet };
}
