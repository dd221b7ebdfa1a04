import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createClosers, type RunningHub } from '@fleetmend/hub';
import { minutes } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { demoFleet, deployFolder } from '@fleetmend/sandbox';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { runCli } from '../program.ts';
import { BRANCH, demoSettings } from './demo-settings.ts';
import { ACCELERATED_PACE } from './pace.ts';
import { openSandboxFleet, type SandboxFleet } from './sandbox-fleet.ts';
import { makeStateDir } from './state-layout.ts';
import { waitUntil } from './wait-until.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PATIENCE = 120_000;
const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-approval-'));
const layout = makeStateDir(stateDir);
const closers = createClosers(() => undefined);
const world: { hub?: RunningHub; fleet?: SandboxFleet } = {};
const demo = demoFleet();

/** The fleet of the demo, under a policy that wants to be asked before anything is proposed. */
beforeAll(async () => {
  const settings = demoSettings();
  const policies = settings.policies.map((policy) => ({ ...policy, spec: { ...policy.spec, priorApproval: { tiers: ['T0', 'T1', 'T2'] } } }));
  const cli = { clock: systemClock, random: systemRandom, log: createLogger({ level: 'silent', service: 'test' }), env: { PATH: process.env['PATH'] }, fetch, root: ROOT };
  const fleet = await openSandboxFleet({ layout, clusters: demo.clusters.map(({ name }) => name), settings: { ...settings, policies }, branch: BRANCH, pace: ACCELERATED_PACE }, cli, closers);
  fleet.world.furnish();
  await fleet.repository.commit({ branch: BRANCH, files: demo.initial.files, message: demo.initial.message });
  for (const { name, engine, path } of demo.clusters) deployFolder(fleet.world.cluster(name).objects, { engine, path, url: fleet.repository.path, branch: BRANCH });
  fleet.world.nudge();
  Object.assign(world, { fleet, hub: await fleet.startFleetmend() });
}, PATIENCE);
afterAll(async () => {
  await closers.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const reaches = (phase: RemediationRequest['status']['phase'], except = ''): Promise<RemediationRequest | undefined> =>
  waitUntil(() => world.hub?.requests.cached().find(({ metadata, status }) => status.phase === phase && metadata.name !== except), { clock: systemClock, limit: minutes(2), signal: new AbortController().signal });
const cli = async (...args: readonly string[]) => {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const env = { HOME: stateDir, KUBECONFIG: layout.kubeconfig, FLEETMEND_STATE_DIR: stateDir, PATH: process.env['PATH'] };
  const status = await runCli({ args, env, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: stdin as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: ROOT });
  return { status, out: `${String(stdout.read() ?? '')}${String(stderr.read() ?? '')}` };
};
const heads = async (): Promise<readonly string[]> => [...((await world.fleet?.repository.branches()) ?? [])].map(String);

it('asks before it proposes, goes on under the name of who says yes, and ends where somebody says no', { timeout: PATIENCE }, async () => {
  const first = await reaches('AwaitingApproval');
  const name = first?.metadata.name ?? '';
  expect(first?.status).toMatchObject({ verdict: { result: 'Allow', requires: { priorApproval: true } } });
  expect(first?.status.pullRequest).toBeUndefined();
  expect(await heads()).toHaveLength(1);

  const yes = await cli('approve', name, '-m', 'looked at it');
  expect(yes, yes.out).toMatchObject({ status: EXIT.ok });
  expect(yes.out).toContain('approved by kubernetes-admin');
  const done = await reaches('Succeeded');
  expect([done?.metadata.name, done?.status.approvalChannel]).toEqual([name, 'Object']);

  await world.fleet?.repository.commit({ branch: BRANCH, files: demo.second.files, message: demo.second.message });
  const second = await reaches('AwaitingApproval', name);
  const no = await cli('reject', second?.metadata.name ?? '', '-m', 'not like this');
  expect(no, no.out).toMatchObject({ status: EXIT.ok });
  const failed = await reaches('Failed', name);
  expect(failed?.status).toMatchObject({ reason: 'Rejected' });
  expect(failed?.status.pullRequest).toBeUndefined();
});
