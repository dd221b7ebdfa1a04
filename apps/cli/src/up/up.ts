import { createClosers, type RunningHub } from '@fleetmend/hub';
import type { Clock } from '@fleetmend/kernel';
import { EXIT } from '../exit-codes.ts';
import { createStoryTeller, type StoryTeller } from '../story/story-teller.ts';
import { styled, type Terminal } from '../terminal.ts';
import { ACCELERATED_PACE, DEMO_PACE } from './pace.ts';
import { callToAct, playDemo, playSecondFailure, type Played, type PlayInput } from './play-demo.ts';
import { playOneScenario, SkippedError } from './play-scenario.ts';
import type { CliWorld, SandboxFleet } from './sandbox-fleet.ts';
import { makeStateDir } from './state-layout.ts';

export interface UpOptions {
  readonly stateDir: string;
  readonly once: boolean;
  readonly json: boolean;
  readonly accelerated: boolean;
  readonly scenario?: string | undefined;
}

export interface UpWorld extends CliWorld {
  /** Where the story is told. */
  readonly terminal: Terminal;
  /** Where the answer of `--json` goes, one line. */
  readonly answer: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Plays the demo, or a scenario, and then keeps running until the signal, or ends at once. Answers the exit code. */
export async function up(options: UpOptions, world: UpWorld): Promise<number> {
  const { clock, terminal, signal } = world;
  const start = clock.now();
  const story = createStoryTeller({ terminal, clock, start });
  const closers = createClosers((message) => world.log.warn(message));
  const layout = makeStateDir(options.stateDir);
  const opened = (fleet: SandboxFleet, hub: RunningHub) => {
    introduce({ fleet, hub, terminal, kubeconfig: layout.kubeconfig });
    closers.add(keepLive({ hub, story, clock, signal }), (live) => live.stop());
  };
  const input: PlayInput = { layout, pace: options.accelerated ? ACCELERATED_PACE : DEMO_PACE, story, signal, start, opened };
  terminal.live('  starting the fleet');
  try {
    const played = options.scenario === undefined ? await playDemo(input, world, closers) : await playOneScenario(options.scenario, input, world, closers);
    if (options.once) return finish(played, options, world);
    await keepRunning({ played, story, options, world });
    return EXIT.ok;
  } catch (error) {
    if (signal.aborted) return options.once ? EXIT.interrupted : EXIT.ok;
    if (!(error instanceof SkippedError)) throw error;
    story.say(error.message, 'wait');
    if (options.json) world.answer(JSON.stringify({ skipped: error.message }));
    return EXIT.skipped;
  } finally {
    terminal.live('');
    await closers.close();
  }
}

function introduce({ fleet, hub, terminal, kubeconfig }: { readonly fleet: SandboxFleet; readonly hub: RunningHub; readonly terminal: Terminal; readonly kubeconfig: string }): void {
  const names = fleet.apiServers.map(({ name, server }) => `${name} ${server}`).join('   ');
  terminal.line('');
  terminal.line(`  ${styled(terminal, 'bold', 'Fleetmend')}  a fleet of ${fleet.apiServers.length} in this process`);
  terminal.line(`  clusters     ${names}`);
  terminal.line(`  dashboard    ${hub.url}/`);
  terminal.line(`  hub API      ${hub.url}/api/requests`);
  terminal.line(`  repository   ${fleet.repository.path}`);
  terminal.line('');
  terminal.line(`  export KUBECONFIG=${kubeconfig}`);
  terminal.line('  kubectl get rr -A -w');
  terminal.line('');
}

function finish({ result, held }: Played, { json, scenario }: UpOptions, { answer, terminal }: UpWorld): number {
  if (!held) terminal.line(`${scenario === undefined ? 'the demo' : 'the scenario'} did not end as promised: phase ${result.phase}, ${result.requests} request(s)`);
  if (json) answer(JSON.stringify(result));
  return held ? EXIT.ok : EXIT.failed;
}

/** Keeps the live line of a terminal true. */
function keepLive({ hub, story, clock, signal }: { readonly hub: RunningHub; readonly story: StoryTeller; readonly clock: Clock; readonly signal: AbortSignal }): { stop(): Promise<void> } {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const show = async () => {
    while (!either.aborted) {
      story.now(hub.requests.cached());
      await clock.sleep(500, either).catch(() => undefined);
    }
  };
  const showing = show();
  return {
    async stop() {
      ending.abort(new Error('the story is over'));
      await showing;
    },
  };
}

async function keepRunning({ played, story, options, world }: { readonly played: Played; readonly story: StoryTeller; readonly options: UpOptions; readonly world: UpWorld }): Promise<void> {
  const { clock, signal, answer } = world;
  if (options.json) answer(JSON.stringify(played.result));
  if (options.scenario === undefined && played.held) await playSecondFailure({ fleet: played.fleet, story });
  story.say('keeps running: change the repository, or break something; Ctrl-C ends it and loses nothing', 'wait');
  const called = new Set<string>();
  while (!signal.aborted) {
    for (const request of played.hub.requests.cached()) {
      const call = callToAct(request);
      if (call === undefined || called.has(call)) continue;
      called.add(call);
      story.say(call, 'wait');
    }
    await clock.sleep(500, signal).catch(() => undefined);
  }
}
