import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, hours, sha256 } from '@fleetmend/kernel';
import { findObject } from '@fleetmend/k8s';
import type { FleetClusterStatus, InClusterPolicy, KubeObject, PolicyRolloutSpec, PolicyRolloutStatus } from '@fleetmend/model';
import { aGateInput } from '@fleetmend/plugin-api/conformance';
import { opaWasm } from '@fleetmend/policy-engines';
import { judge, type StageDeps } from '@fleetmend/stages';
import { createHubMetrics } from '@fleetmend/telemetry';
import { memoryNotifier } from '@fleetmend/testing';
import { writeBundle } from '../../../../libs/policy-engines/src/opa-wasm/bundle-fixture.ts';
import { readBundle } from '../../../../libs/policy-engines/src/opa-wasm/bundle.ts';
import type { FixtureAnswer } from '../../../../libs/policy-engines/src/opa-wasm/wasm-fixture.ts';
import { createEventWriter } from '../kubernetes/event-writer.ts';
import { createFleetRegister } from '../kubernetes/fleet-register.ts';
import { aHubCluster } from '../kubernetes/hub-cluster.fixture.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import { createSettingsReader } from '../kubernetes/settings-reader.ts';
import { openPolicy } from './start-policy.ts';

const SHIPPED = join(import.meta.dirname, '../../../../policies/bundle');
const SYSTEM = 'fleetmend-system';
export const RINGS = ['ring-0', 'ring-1', 'ring-2'] as const;

export interface BundleFile {
  readonly path: string;
  readonly digest: string;
}

/** A hub's policy over three real FleetClusters, with the shipped rules in a real engine, on a virtual clock. */
export async function aPolicyWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-rollout-'));
  const hub = aHubCluster();
  const metrics = createHubMetrics({ clock: hub.clock, processMetrics: false });
  const lines: string[] = [];
  const log = { info: (...line: readonly unknown[]) => void lines.push(String(line.at(-1))), warn: (...line: readonly unknown[]) => void lines.push(String(line.at(-1))) };
  const channel = memoryNotifier();
  const start = async (stateDir = dir) => {
    const engine = await opaWasm.create({ bundle: SHIPPED, limitMs: 20_000 }, { clock: hub.clock, fetch, stateDir, log: { info: () => {}, warn: () => {} } });
    const policy = openPolicy({ ...hub, settings: createSettingsReader(hub.client), metrics, writeEvent: createEventWriter(hub.writer), notifiers: [channel], log, engine, fetch, namespace: SYSTEM, stateDir, every: 1_000 });
    return { engine, policy };
  };
  let running = await start();
  for (const name of RINGS) hub.server.objects.create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'FleetCluster', metadata: { name, labels: { ring: name.slice(-1) } }, spec: {} }, { manager: 'test' });

  const stop = async () => {
    running.policy.close();
    await running.engine.close();
  };
  let plans = 0;
  const world = {
    hub,
    dir,
    lines,
    /** What people were told of halts. */
    halts: channel.halts,
    metrics: async () => (await metrics.render()).text,
    shipped: running.engine.active().digest,
    held: () => (running.engine as unknown as { held(): readonly { readonly digest: string }[] }).held().map(({ digest }) => digest),
    look: () => running.policy.look(),
    /** The rules that ship, with one limit changed: other bytes, and the same decisions about what is asked here. */
    async goodBundle(name = 'good'): Promise<BundleFile> {
      const path = join(dir, name);
      cpSync(SHIPPED, path, { recursive: true });
      const data = JSON.parse(readFileSync(join(path, 'data.json'), 'utf8')) as { remediation: { limits: { replicas: { max: number } } } };
      data.remediation.limits.replicas.max += name.length;
      writeFileSync(join(path, 'data.json'), JSON.stringify(data));
      const manifest = JSON.parse(readFileSync(join(path, '.manifest'), 'utf8')) as { metadata: Record<string, string> };
      manifest.metadata['data'] = sha256(readFileSync(join(path, 'data.json')));
      writeFileSync(join(path, '.manifest'), JSON.stringify(manifest));
      return { path, digest: readBundle({ path }).info.digest };
    },
    madeUpBundle(name: string, answer: FixtureAnswer): BundleFile {
      mkdirSync(join(dir, name), { recursive: true });
      const path = writeBundle(join(dir, name), { answer });
      return { path, digest: readBundle({ path }).info.digest };
    },
    rollOut(name: string, bundle: BundleFile, spec: Partial<PolicyRolloutSpec> = {}, namespace: string = SYSTEM): void {
      const object = {
        apiVersion: 'fleetmend.dev/v1alpha1',
        kind: 'PolicyRollout',
        metadata: { name, namespace },
        spec: {
          bundle: { digest: bundle.digest, source: { file: bundle.path } },
          waves: ['0', '1', '2'].map((ring) => ({ name: `ring-${ring}`, clusters: { matchLabels: { ring } } })),
          stages: [{ mode: 'Shadow', soak: '1h', minDecisions: 4 }, { mode: 'Warn', soak: '1h', minDecisions: 2 }, { mode: 'Enforce' }],
          ...spec,
        },
      };
      hub.server.objects.create(object as unknown as KubeObject, { manager: 'platform' });
    },
    rollout(name: string, namespace: string = SYSTEM): KubeObject & { readonly status: PolicyRolloutStatus; readonly spec: PolicyRolloutSpec } {
      return hub.server.objects.get('fleetmend.dev/v1alpha1', 'PolicyRollout', namespace, name) as never;
    },
    async policyOf(cluster: string): Promise<NonNullable<FleetClusterStatus['policy']>> {
      return ((await findObject(hub.client, KINDS.cluster, { name: cluster })) as unknown as { status?: FleetClusterStatus }).status?.policy ?? {};
    },
    /** The cluster's agent tells what bundles have put into it. */
    live: (cluster: string, inCluster: InClusterPolicy) =>
      createFleetRegister({ ...hub, namespace: SYSTEM }).heard({ schema: 1, cluster, agent: { version: '0.1.0' }, epoch: 1, at: 1, open: 0, xor: '0'.repeat(16), pods: 1, inCluster }),
    /** One more harmless repair is judged in a cluster. */
    decide: (cluster: string) => {
      const { engine, policy } = running;
      const deps: Pick<StageDeps, 'policyEngine' | 'bundles'> = { policyEngine: engine, bundles: policy.bundles };
      return judge(deps, [cluster], aGateInput(engine.active(), { plan: { digest: digestOf(`plan-${(plans += 1)}`) } }));
    },
    /** An hour in which every cluster has a few decisions; then a look. */
    async anHour(decisions = 4): Promise<void> {
      for (let each = 0; each < decisions; each += 1) for (const name of RINGS) await world.decide(name);
      await hub.clock.run(hours(1));
      await running.policy.look();
    },
    moved: (...given: Parameters<typeof running.policy.moved>) => running.policy.moved(...given),
    /** Another hub over the same hub cluster, with a disk of its own; whoever starts it closes it. */
    async anotherHub(): Promise<{ look(): Promise<void>; close(): Promise<void> }> {
      const { engine, policy } = await start(mkdtempSync(join(dir, 'other-')));
      return {
        look: () => policy.look(),
        async close() {
          policy.close();
          await engine.close();
        },
      };
    },
    async restart(): Promise<void> {
      await stop();
      running = await start();
    },
    events: () => (hub.server.objects.list('v1', 'Event') as unknown as readonly { readonly reason: string; readonly type: string; readonly message: string }[]).map(({ type, reason, message }) => ({ type, reason, message })),
    async close(): Promise<void> {
      await stop();
      hub.close();
      rmSync(dir, { recursive: true });
    },
  };
  return world;
}
export type PolicyWorldFixture = Awaited<ReturnType<typeof aPolicyWorld>>;
