import { join } from 'node:path';
import { messageOf, type Clock, type Duration } from '@fleetmend/kernel';
import type { KubeClient, Writer } from '@fleetmend/k8s';
import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import { holdsManyBundles, tellsRollouts, type GateInput, type Notifier, type PolicyEngine } from '@fleetmend/plugin-api';
import type { Bundles, Settings } from '@fleetmend/ports';
import { difference } from '@fleetmend/stages';
import type { HubMetrics, Logger } from '@fleetmend/telemetry';
import { createBundleCache } from './bundle-cache.ts';
import { createBundleDesk } from './bundle-desk.ts';
import { openDecisionLog } from './decision-log.ts';
import { createFleetPolicy } from './fleet-policy.ts';
import { createRolloutController } from './rollout-controller.ts';
import { createRolloutObjects } from './rollout-objects.ts';
import { haltOf, rolloutEvent, stageSamples } from './tell-rollout.ts';

export interface PolicyWorld {
  readonly clock: Clock;
  readonly namespace: string;
  readonly stateDir: string;
  readonly client: KubeClient;
  readonly writer: Writer;
  readonly settings: Settings;
  readonly engine: PolicyEngine;
  readonly fetch: typeof fetch;
  readonly metrics: Pick<HubMetrics, 'rolloutStages'>;
  readonly writeEvent: (event: KubeObject) => Promise<void>;
  /** Those that can are told of a halt. */
  readonly notifiers: readonly Notifier[];
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** How often the rollouts are looked at. */
  readonly every: Duration;
}

/** Which bundle judges where, and what moves that. */
export interface Policy {
  readonly bundles: Bundles | undefined;
  /** To be told of every move of a request. */
  moved(request: RemediationRequest, move: { readonly from: string; readonly to: string }): void;
  /** One look; resolves when every cluster has its bundle. */
  look(): Promise<void>;
  /** Looks again and again, for a leader. `ready`: what is assigned has been read once; before, nothing may be judged. */
  lead(): { readonly ready: Promise<void>; stop(): Promise<void> };
  close(): void;
}

/** Policy per cluster. With an engine that holds one bundle only, that one judges everywhere and rollouts are left alone. */
export function openPolicy(world: PolicyWorld): Policy {
  const { clock, engine, log, stateDir } = world;
  if (!holdsManyBundles(engine)) return { bundles: undefined, moved: () => {}, look: async () => {}, lead: () => ({ ready: Promise.resolve(), stop: async () => {} }), close: () => {} };
  const decisions = openDecisionLog({ file: join(stateDir, 'policy-decisions.db'), clock });
  const bundles = createBundleCache({ dir: join(stateDir, 'policy-bundles'), engine, fetch: world.fetch });
  const warn = (message: string) => log.warn(message);
  const differs = ({ cluster, trial, plan, ...how }: Parameters<Bundles['compared']>[0]) =>
    log.info({ 'fleetmend.cluster': cluster, 'fleetmend.rollout': trial.rollout, mode: trial.mode, plan: plan.digest, ...how }, 'the policy on trial decides differently');
  const desk = createBundleDesk({ log: decisions, active: () => engine.active(), differs });
  const look = createRolloutController({
    clock,
    namespace: world.namespace,
    settings: world.settings,
    rollouts: createRolloutObjects({ ...world, warn }),
    bundles,
    log: decisions,
    fleet: createFleetPolicy({ bundles, desk, writer: world.writer, configured: () => engine.active(), warn }),
    moved(rollout, move) {
      log.info({ 'fleetmend.rollout': rollout.name, ...move }, `${move.from} → ${move.to}`);
      world.writeEvent(rolloutEvent(rollout, move, clock)).catch((error: unknown) => log.warn({ err: error }, 'a move of a policy rollout has no event'));
      if (move.to !== 'Halted') return;
      for (const notifier of world.notifiers.filter(tellsRollouts)) {
        notifier.announceHalt(haltOf(rollout, move)).catch((error: unknown) => log.warn({ err: error, 'fleetmend.rollout': rollout.name, notifier: notifier.kind }, 'a halt of a policy rollout was not announced'));
      }
    },
    async entered(_rollout, { name: cluster }) {
      const { trial } = desk.assigned(cluster);
      if (trial === undefined) return;
      for (const { plan, input } of decisions.inputs(cluster)) {
        const judged = (bundle: typeof trial.candidate) => engine.evaluate(withBundle(input as GateInput, bundle));
        decisions.compared({ cluster, trial, plan, ...difference(await judged(trial.lastGood), await judged(trial.candidate)) }, { replayed: true });
      }
    },
    shown: (rollouts) => world.metrics.rolloutStages(stageSamples(rollouts)),
  });
  const moved: Policy['moved'] = (request, move) => {
    try {
      desk.moved(request, move);
    } catch (error) {
      log.warn({ err: error }, `how a repair ended was not counted for its policy rollout: ${messageOf(error)}`);
    }
  };
  return { bundles: desk, moved, look, lead: () => lead({ look, ...world }), close: () => decisions.close() };
}

function withBundle(input: GateInput, bundle: GateInput['policy']['bundle']): GateInput {
  return { ...input, policy: { ...input.policy, bundle, stage: 'Enforce' } };
}

function lead({ look, clock, every, log }: Pick<PolicyWorld, 'clock' | 'every' | 'log'> & { readonly look: () => Promise<void> }): ReturnType<Policy['lead']> {
  const ending = new AbortController();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await look();
        ready.resolve();
      } catch (error) {
        log.warn({ err: error }, `policy rollouts were not looked at: ${messageOf(error)}`);
      }
      await clock.sleep(every, ending.signal).catch(() => undefined);
    }
  }
  const running = run();
  return {
    ready: ready.promise,
    async stop() {
      ending.abort(new Error('no longer leading'));
      await running;
      // Whoever still waits has to judge nothing any more.
      ready.reject(ending.signal.reason);
    },
  };
}
