import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClosers, type Closers } from '@fleetmend/hub';
import { sha256 } from '@fleetmend/kernel';
import type { FleetClusterStatus, KubeObject, PolicyRolloutStatus } from '@fleetmend/model';
import { readBundle } from '@fleetmend/policy-engines';
import { demoFleet, deployFolder } from '@fleetmend/sandbox';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BRANCH, demoSettings } from '../../apps/cli/src/up/demo-settings.ts';
import { ACCELERATED_PACE } from '../../apps/cli/src/up/pace.ts';
import { openSandboxFleet, type SandboxFleet } from '../../apps/cli/src/up/sandbox-fleet.ts';
import { makeStateDir } from '../../apps/cli/src/up/state-layout.ts';
import { waitUntil } from '../../apps/cli/src/up/wait-until.ts';
import { writeBundle } from '../../libs/policy-engines/src/opa-wasm/bundle-fixture.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHIPPED = join(ROOT, 'policies', 'bundle');
const PATIENCE = 120_000;
const DENIES_ALL = [{ result: { allow: false, tier: 'T3', violations: [{ id: 'X01', class: 'Unsafe', message: 'nothing is allowed' }], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } } }];

let dir: string;
let fleet: SandboxFleet;
let closers: Closers;
let hub: Awaited<ReturnType<SandboxFleet['startFleetmend']>>;
const { clusters, initial } = demoFleet();
const names = clusters.map(({ name }) => name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-journey-'));
  closers = createClosers((message) => process.stderr.write(`${message}\n`));
  const cli = { clock: systemClock, random: systemRandom, log: createLogger({ level: 'silent', service: 'journey' }), env: { PATH: process.env['PATH'] }, fetch, root: ROOT };
  const settings = { ...demoSettings(), clusters: names.map((name, index) => ({ name, labels: { ring: String(index) } })) };
  fleet = await openSandboxFleet({ layout: makeStateDir(dir), clusters: names, settings, branch: BRANCH, pace: ACCELERATED_PACE }, cli, closers);
  fleet.world.furnish();
  await fleet.repository.commit({ branch: BRANCH, files: initial.files, message: initial.message });
}, PATIENCE);
afterAll(async () => {
  await closers.close();
  rmSync(dir, { recursive: true, force: true });
});

const hubCluster = () => fleet.world.cluster(names[0] ?? '').objects;
const rollOut = (name: string, path: string, stages: readonly object[]): string => {
  const { digest } = readBundle({ path }).info;
  const spec = { bundle: { digest, source: { file: path } }, waves: ['0', '1', '2'].map((ring) => ({ name: `ring-${ring}`, clusters: { matchLabels: { ring } }, maxConcurrency: 1 })), stages };
  hubCluster().create({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'PolicyRollout', metadata: { name, namespace: 'fleetmend-system' }, spec } as unknown as KubeObject as never, { manager: 'platform-team' });
  return digest;
};
const statusOf = (name: string) => (hubCluster().get('fleetmend.dev/v1alpha1', 'PolicyRollout', 'fleetmend-system', name) as unknown as { readonly status?: PolicyRolloutStatus }).status;
const policyOf = (name: string) => (hubCluster().get('fleetmend.dev/v1alpha1', 'FleetCluster', '', name) as unknown as { readonly status?: FleetClusterStatus }).status?.policy;
const until = (holds: () => boolean) => waitUntil(() => (holds() ? true : undefined), { clock: systemClock, limit: PATIENCE, signal: new AbortController().signal });
const shipped = readBundle({ path: SHIPPED }).info.digest;

it('a bad bundle halts at the canary by what it would deny there, while the repair goes on under the last good one', { timeout: PATIENCE }, async () => {
  rollOut('bad', writeBundle(join(dir, 'bad'), { answer: { results: DENIES_ALL } }), [{ mode: 'Shadow', minDecisions: 1, soak: '1h' }, { mode: 'Enforce' }]);
  hub = await fleet.startFleetmend();
  // What fails fails only now: the canary has both bundles by then.
  await until(() => statusOf('bad')?.stage === 'Shadow');
  for (const { name, engine, path } of clusters) deployFolder(fleet.world.cluster(name).objects, { engine, path, url: fleet.repository.path, branch: BRANCH });
  fleet.world.nudge();
  await until(() => hub.requests.cached().some(({ status }) => status.phase === 'Succeeded') && statusOf('bad')?.state === 'Halted');
  expect(statusOf('bad')).toMatchObject({ state: 'Halted', wave: 'ring-0', stage: 'Shadow', reason: 'NewDenies: 1 of 1 decisions newly denied in prod-1 (Shadow), more than 20%' });
  expect(statusOf('bad')?.clusters?.map(({ name }) => name)).toEqual(['prod-1']);
  expect(hub.requests.cached()[0]?.status.pullRequest?.state).toBe('Merged');
  await until(() => policyOf('prod-1')?.judged !== undefined);
  expect(names.map((name) => policyOf(name)?.assigned)).toEqual([shipped, shipped, shipped]);
  expect(policyOf('prod-1')?.judged).toBe(shipped);
});

it('a good bundle climbs all rings after it, and every cluster reports its digest', { timeout: PATIENCE }, async () => {
  const path = join(dir, 'good');
  cpSync(SHIPPED, path, { recursive: true });
  const data = JSON.parse(readFileSync(join(path, 'data.json'), 'utf8')) as { remediation: { limits: { replicas: { max: number } } } };
  data.remediation.limits.replicas.max -= 1;
  writeFileSync(join(path, 'data.json'), JSON.stringify(data));
  const manifest = JSON.parse(readFileSync(join(path, '.manifest'), 'utf8')) as { metadata: Record<string, string> };
  writeFileSync(join(path, '.manifest'), JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, data: sha256(readFileSync(join(path, 'data.json'))) } }));
  const digest = rollOut('good', path, [{ mode: 'Shadow' }, { mode: 'Warn' }, { mode: 'Enforce' }]);
  await until(() => statusOf('good')?.state === 'Completed' && names.every((name) => policyOf(name)?.assigned === digest));
  expect(statusOf('good')).toMatchObject({ wave: 'ring-2', reason: 'Completed: 3 clusters enforce it' });
  expect(names.map((name) => policyOf(name)?.lastGood)).toEqual([digest, digest, digest]);
  expect(statusOf('bad')?.state).toBe('Halted');
});
