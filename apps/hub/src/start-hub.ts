import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAttestor, openFileAudit } from '@fleetmend/audit';
import { createClusters, createDryRun, type Bus, type HubBus } from '@fleetmend/bus';
import { readSecret, type Environment, type HubConfig } from '@fleetmend/config';
import { createGit, openMirrors } from '@fleetmend/git';
import { createKubeClient, createWriter, HUB_MAY_WRITE, type KubeConnection } from '@fleetmend/k8s';
import { messageOf, PermanentError, seconds, type Clock, type Random } from '@fleetmend/kernel';
import type { Settings } from '@fleetmend/ports';
import { createIntake, createOpenSet, createReconciler, startReconcileLoop, takeRetries, type IntakeDeps } from '@fleetmend/reconcile';
import { createStages, fileSharing, registryBroughtByGit, type StageDeps } from '@fleetmend/stages';
import { createHubMetrics, type Logger } from '@fleetmend/telemetry';
import { startAuditAnchor } from './audit-anchor.ts';
import { startAuditSinks } from './audit-sinks.ts';
import { createClosers } from './closers.ts';
import { openEvidenceStore } from './evidence/evidence-store.ts';
import { startHttpAndIntake } from './http-and-intake.ts';
import { hubIdentity } from './hub-identity.ts';
import { createAccess, OPEN_ACCESS } from './http/access.ts';
import { readPageFiles } from './http/page-files.ts';
import { createEventWriter } from './kubernetes/event-writer.ts';
import { createFleetRegister } from './kubernetes/fleet-register.ts';
import { checkHubCluster } from './kubernetes/hub-cluster-check.ts';
import { startLeaderLease } from './kubernetes/leader-lease.ts';
import { createRequestsStore, type RequestsStore } from './kubernetes/requests-store.ts';
import { createSettingsReader } from './kubernetes/settings-reader.ts';
import { createHubPlugins } from './plugins/hub-plugins.ts';
import { createRolloutObjects } from './policy/rollout-objects.ts';
import { openPolicy } from './policy/start-policy.ts';
import { announceMoves } from './reconcile/announce-moves.ts';
import { hubCharts } from './hub-charts.ts';
import { hubTimes } from './reconcile/hub-times.ts';
import { observedMemory } from './reconcile/observed-memory.ts';
import { observedReasoners } from './reconcile/observed-reasoners.ts';
import { observedStages } from './reconcile/observed-stages.ts';

/** What the outside hands in: the process's own clock, environment, connections. */
export interface HubWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly env: Environment;
  readonly fetch: typeof fetch;
  /** The courier; whoever made it closes it. */
  readonly bus: Bus;
  /** The hub cluster; whoever opened it closes it. */
  readonly kubernetes: Pick<KubeConnection, 'server' | 'fetch' | 'headers'>;
}

export interface RunningHub {
  /** Where HTTP is served. */
  readonly url: string;
  readonly requests: RequestsStore;
  readonly settings: Settings;
  readonly leading: boolean;
  /** Ends everything in order: no new work, running work aborted, then the stores. May be called twice. */
  stop(): Promise<void>;
}

const WORKERS = 4;
const RESYNC_TIMEOUT = seconds(30);

/**
 * Starts a hub. Everything that cannot work is told at once, by a PermanentError that names the fix; whatever was opened
 * before is closed again.
 */
export async function startHub(config: HubConfig, world: HubWorld): Promise<RunningHub> {
  const { clock, random, log, env } = world;
  const closers = createClosers((message) => log.warn(message));
  try {
    makeStateDir(config.stateDir);
    const times = hubTimes(config);
    const pages = readPageFiles(config.http.dashboard);
    const client = createKubeClient({ ...world.kubernetes, userAgent: 'fleetmend-hub' });
    await checkHubCluster(client, config.namespace);
    const writer = createWriter(client, HUB_MAY_WRITE);
    const metrics = createHubMetrics({ clock });
    const audit = closers.add(await openFileAudit({ file: join(config.stateDir, 'audit.jsonl'), clock, writer: 'hub' }), (opened) => opened.close());
    const sinks = closers.add(startAuditSinks({ config, file: join(config.stateDir, 'audit.jsonl'), clock, random, env, fetch: world.fetch, warn: (message) => log.warn(message) }), (started) => started.stop());
    const anchor = closers.add(await startAuditAnchor({ config, audit, clock, env, warn: (message) => log.warn(message) }), (started) => started.stop());
    const attestor = config.attestation.key === undefined ? undefined : createAttestor(readSecret(config.attestation.key, env));
    const evidence = closers.add(openEvidenceStore({ file: join(config.stateDir, 'evidence.db'), clock, ttl: config.evidence.ttl }), (opened) => opened.close());
    const pluginLog = { info: (message: string, fields = {}) => log.info(fields, message), warn: (message: string, fields = {}) => log.warn(fields, message) };
    const writeEvent = createEventWriter(writer);
    const plugins = closers.add(await createHubPlugins(config, { clock, env, fetch: world.fetch, log: pluginLog, writeEvent }), (made) => made.close());
    const requests = closers.add(createRequestsStore({ client, writer, clock, random, warn: (message, fields) => log.warn(fields, message) }), (store) => store.close());
    const settings = createSettingsReader(client);
    const openSet = createOpenSet({ clock, closeDwell: times.lifecycle.hold });
    const bus = closers.add(world.bus.hub(), (hub) => hub.close());
    await requests.ready();
    // What may not be read is told now, and not at the first failure at night.
    await Promise.all([settings.policies(), settings.bindings(), settings.clusters(), settings.approvals()]);

    const policy = closers.add(openPolicy({ clock, client, writer, settings, metrics, writeEvent, notifiers: plugins.notifiers, log, engine: plugins.policyEngine, fetch: world.fetch, namespace: config.namespace, stateDir: config.stateDir, every: times.pace.poll }), (opened) => opened.close());
    const git = createGit(env['PATH'] === undefined ? {} : { path: env['PATH'] });
    const { close: _, ...parts } = plugins;
    const deps: StageDeps = { ...parts, reasoners: observedReasoners(plugins.reasoners, metrics), vectorStore: observedMemory(parts.vectorStore, metrics), bundles: policy.bundles, requests, settings, openSet, evidence, audit, auditBehind: () => sinks.behind() ?? anchor.behind(), attest: attestor?.attest, clock, random, clusters: createClusters(bus), dryRun: createDryRun(bus), repositories: openMirrors({ root: join(config.stateDir, 'mirrors'), git }), charts: hubCharts(config, { clock, env, fetch: world.fetch }), lifecycle: times.lifecycle, pace: times.pace };
    const announce = announceMoves({ clock, metrics, audit, notifiers: plugins.notifiers, log });
    const reconcile = createReconciler({
      ...deps,
      stages: observedStages(createStages(deps), metrics),
      moved: (request, move) => {
        policy.moved(request, move);
        announce(request, move);
      },
      failed: (key, stage, error) => log.warn({ 'fleetmend.request': `${key.namespace}/${key.name}`, stage, err: error }, `${stage} failed: ${messageOf(error)}`),
      rest: times.pace.pollSlow,
    });
    const leader = closers.add(
      startLeaderLease({
        client,
        writer,
        clock,
        random,
        namespace: config.namespace,
        identity: hubIdentity(config.stateDir, random),
        warn: (message) => log.warn(message),
        lead: () => {
          log.info('leading: requests are being worked on');
          const rolling = policy.lead();
          const look: typeof reconcile = async (key, signal) => {
            await rolling.ready;
            return reconcile(key, signal);
          };
          const loop = startReconcileLoop({ clock, requests, openSet, workers: WORKERS, reconcile: look, resync: times.resync, failed: (key, error) => log.warn({ 'fleetmend.request': key, err: error }, `a look at ${key} failed: ${messageOf(error)}`) });
          return async () => void (await Promise.all([rolling.stop(), loop.stop()]));
        },
      }),
      (lease) => lease.stop(),
    );

    const intaking: IntakeDeps = { requests, settings, openSet, clock, shareFile: fileSharing(deps), broughtByGit: registryBroughtByGit(deps), window: times.groupingWindow };
    const intake = createIntake(intaking);
    closers.add(takeRetries(intaking, (error, request) => log.warn({ 'fleetmend.request': request, err: error }, `${request} is not tried again yet: ${messageOf(error)}`)), (end) => end());
    const fleet = createFleetRegister({ client, writer, clock, namespace: config.namespace });
    const http = closers.add(
      await startHttpAndIntake({ clock, log, parts: { config, access: isAnybodys(config.http) ? OPEN_ACCESS : createAccess({ client, clock }), bus, intake, openSet, fleet, metrics, requests, settings, rollouts: () => createRolloutObjects({ client, writer, warn: (message) => log.warn(message) }).list(), evidence, pages, policyEngine: plugins.policyEngine, notReady: () => requests.trouble(), leading: () => leader.leading } }),
      (started) => started.close(),
    );
    askForEverything({ bus, settings, log });
    return {
      url: http.url,
      requests,
      settings,
      get leading() {
        return leader.leading;
      },
      stop: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** After a restart the open set is empty: known agents say everything at once instead of at their next heartbeat. */
function askForEverything({ bus, settings, log }: { readonly bus: HubBus; readonly settings: Settings; readonly log: Logger }): void {
  const ask = async () => {
    const clusters = await settings.clusters();
    await Promise.allSettled(clusters.map(({ name }) => bus.resync(name, RESYNC_TIMEOUT)));
  };
  ask().catch((error: unknown) => log.warn({ err: error }, 'known clusters were not asked to say everything again; their heartbeats will make them'));
}

/** On this machine alone, or behind somebody who asks for names, whoever reaches the hub may read. Elsewhere the hub cluster is asked. */
function isAnybodys({ host, proxied }: HubConfig['http']): boolean {
  return proxied || host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function makeStateDir(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true });
  } catch (error) {
    throw new PermanentError('StateDirUnusable', `the state directory ${stateDir} cannot be made: ${messageOf(error)}; set hub.stateDir to one that may be written`, { cause: error });
  }
}
