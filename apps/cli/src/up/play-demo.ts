import { minutes } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { demoFleet, deployFolder } from '@fleetmend/sandbox';
import type { Closers, RunningHub } from '@fleetmend/hub';
import type { StoryTeller } from '../story/story-teller.ts';
import { BRANCH, demoSettings } from './demo-settings.ts';
import type { Pace } from './pace.ts';
import { isFinished, memoryChange, renderResult, type Result } from './result.ts';
import { openSandboxFleet, type CliWorld, type SandboxFleet } from './sandbox-fleet.ts';
import type { StateLayout } from './state-layout.ts';
import { waitUntil } from './wait-until.ts';

export interface PlayInput {
  readonly layout: StateLayout;
  readonly pace: Pace;
  readonly story: StoryTeller;
  readonly signal: AbortSignal;
  readonly start: number;
  /** Told once the fleet can be reached from outside. */
  readonly opened: (fleet: SandboxFleet, hub: RunningHub) => void;
}

export interface Played {
  readonly result: Result;
  /** What was promised holds. */
  readonly held: boolean;
  readonly hub: RunningHub;
  readonly fleet: SandboxFleet;
}

const PATIENCE = minutes(4);

/** The fleet of the demo, up to the end of its first failure. Started over an earlier state, it goes on from there. */
export async function playDemo({ layout, pace, story, signal, start, opened }: PlayInput, cli: CliWorld, closers: Closers): Promise<Played> {
  const demo = demoFleet();
  const fleet = await openSandboxFleet({ layout, clusters: demo.clusters.map(({ name }) => name), settings: demoSettings(), branch: BRANCH, pace }, cli, closers);
  const { world, repository } = fleet;
  world.furnish();
  if ((await repository.findHead(BRANCH)) === undefined) await repository.commit({ branch: BRANCH, files: demo.initial.files, message: demo.initial.message });
  for (const { name, engine, path } of demo.clusters) deployFolder(world.cluster(name).objects, { engine, path, url: repository.path, branch: BRANCH });
  world.nudge();
  const hub = await fleet.startFleetmend();
  opened(fleet, hub);
  closers.add(
    hub.requests.watch(({ namespace, name }) => {
      const request = hub.requests.cached().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
      if (request) story.tell(request);
    }),
    (unwatch) => unwatch(),
  );
  const { breaks } = demo.initial;
  const about = () => hub.requests.cached().filter(({ spec }) => spec.target?.name === breaks.name && spec.target.namespace === breaks.namespace);
  await waitUntil(() => about().find(isFinished), { clock: cli.clock, limit: PATIENCE, signal });
  const [request] = about();
  const all = await hub.requests.list();
  const result = renderResult({ request, requests: all.length, milliseconds: cli.clock.now() - start, repository: repository.path, kubeconfig: layout.kubeconfig });
  const live = liveLimit(fleet, breaks);
  return { result, held: result.phase === 'Succeeded' && result.pullRequest?.state === 'merged' && all.length === 1 && memoryChange(request)?.after === live, hub, fleet };
}

/** Breaks the second thing, once: its namespace is critical, so that a person has to merge the repair. */
export async function playSecondFailure({ fleet, story }: { readonly fleet: SandboxFleet; readonly story: StoryTeller }): Promise<void> {
  const { second } = demoFleet();
  const { repository } = fleet;
  const history = await repository.log({ from: await repository.head(BRANCH), limit: 500 });
  if (history.some(({ message }) => message.trim() === second.message)) return;
  await repository.commit({ branch: BRANCH, files: second.files, message: second.message });
  story.say(`somebody pushes to ${BRANCH}: "${second.message}"`);
}

/** What a person has to do about a pull request that waits for them; undefined: nothing. */
export function callToAct({ status }: RemediationRequest): string | undefined {
  if (status.phase !== 'PullRequestOpen' || status.pullRequest?.state !== 'Open' || status.pullRequest.mayMerge === true) return undefined;
  const { number } = status.pullRequest;
  return `pull request #${number} waits for you:  npm start -- pr show ${number}   then   npm start -- pr merge ${number}   or   npm start -- pr close ${number}`;
}

function liveLimit({ world }: SandboxFleet, { cluster, namespace, name }: { readonly cluster: string; readonly namespace: string; readonly name: string }): string | undefined {
  const deployment = world.cluster(cluster).objects.get('apps/v1', 'Deployment', namespace, name) as { readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { readonly resources?: { readonly limits?: Readonly<Record<string, string>> } }[] } } } } | undefined;
  return deployment?.spec?.template?.spec?.containers?.[0]?.resources?.limits?.['memory'];
}
