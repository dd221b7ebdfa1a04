import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createClosers, type RunningHub } from '@fleetmend/hub';
import { minutes } from '@fleetmend/kernel';
import { demoFleet, deployFolder } from '@fleetmend/sandbox';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { runCli } from '../program.ts';
import { BUILT_IN_FAULTS } from '../up/built-in-faults.ts';
import { BRANCH, demoSettings } from '../up/demo-settings.ts';
import { ACCELERATED_PACE } from '../up/pace.ts';
import { openSandboxFleet, type SandboxFleet } from '../up/sandbox-fleet.ts';
import { makeStateDir } from '../up/state-layout.ts';
import { waitUntil } from '../up/wait-until.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PATIENCE = 120_000;
const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-break-'));
const closers = createClosers(() => undefined);
const world: { hub?: RunningHub; fleet?: SandboxFleet } = {};

const cli = async (args: readonly string[], dir = stateDir) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = { HOME: dir, USER: 'ada', FLEETMEND_STATE_DIR: dir, PATH: process.env['PATH'] };
  const status = await runCli({ args, env, stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream, stdin: new PassThrough() as unknown as NodeJS.ReadStream, signal: new AbortController().signal, root: ROOT });
  return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};
const initial = demoFleet().initial.files;

/** The fleet of the demo while nothing fails in it. */
beforeAll(async () => {
  const parts = { clock: systemClock, random: systemRandom, log: createLogger({ level: 'silent', service: 'test' }), env: { PATH: process.env['PATH'] }, fetch, root: ROOT };
  const demo = demoFleet();
  const fleet = await openSandboxFleet({ layout: makeStateDir(stateDir), clusters: demo.clusters.map(({ name }) => name), settings: demoSettings(), branch: BRANCH, pace: ACCELERATED_PACE }, parts, closers);
  fleet.world.furnish();
  const healthy = new Map([...initial].map(([path, text]) => [path, path.endsWith('shop/checkout.yaml') ? (text?.replace('memory: 64Mi', 'memory: 128Mi') ?? null) : text]));
  await fleet.repository.commit({ branch: BRANCH, files: healthy, message: demo.initial.message });
  for (const { name, engine, path } of demo.clusters) deployFolder(fleet.world.cluster(name).objects, { engine, path, url: fleet.repository.path, branch: BRANCH });
  fleet.world.nudge();
  Object.assign(world, { fleet, hub: await fleet.startFleetmend() });
}, PATIENCE);
afterAll(async () => {
  await closers.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const succeeded = (cluster: string, name: string) =>
  waitUntil(() => world.hub?.requests.cached().find(({ spec, status }) => status.phase === 'Succeeded' && spec.target?.name === name && spec.clusters.includes(cluster)), { clock: systemClock, limit: minutes(1), signal: new AbortController().signal });

describe('sandbox break', () => {
  it('pushes a fault of the demo as a commit, and it is repaired', { timeout: PATIENCE }, async () => {
    const { status, out, err } = await cli(['sandbox', 'break', 'memory']);
    expect([status, err, out]).toEqual([EXIT.ok, '', expect.stringMatching(/pushed [0-9a-f]{7} to main: "checkout: give back memory" \(clusters\/prod-1\/shop\/checkout\.yaml\)/)]);
    expect(await succeeded('prod-1', 'checkout')).toMatchObject({ spec: { failure: { class: 'OOMKilled' } } });
    const [, pushed] = (await world.fleet?.repository.log({ from: await world.fleet.repository.head(BRANCH), limit: 2 })) ?? [];
    expect(pushed?.message).toContain('give back memory');
  });

  it('plays the commits of a scenario folder in a cluster that has room for it', { timeout: PATIENCE }, async () => {
    const { status, out, err } = await cli(['sandbox', 'break', 'oom-limit-lowered']);
    expect([status, err, out]).toEqual([EXIT.ok, '', expect.stringMatching(/"trim memory of checkout" \(clusters\/(prod-2|edge-1)\/scenarios\/oom-limit-lowered\)/)]);
    expect(await succeeded(/clusters\/([^/]+)\/scen/.exec(out)?.[1] ?? '', 'checkout')).toBeDefined();
  });

  it('breaks nothing twice, and leaves what is critical to a person', { timeout: PATIENCE }, async () => {
    const critical = await cli(['sandbox', 'break', 'critical']);
    expect([critical.status, critical.err]).toEqual([EXIT.ok, '']);
    expect(await cli(['sandbox', 'break', 'critical'])).toMatchObject({ status: EXIT.permanent, err: expect.stringContaining('is that way already') });
    const open = await waitUntil(() => world.hub?.requests.cached().find(({ spec, status }) => status.phase === 'PullRequestOpen' && spec.target?.name === 'ledger'), { clock: systemClock, limit: minutes(1), signal: new AbortController().signal });
    const number = String(open?.status.pullRequest?.number);
    expect((await cli(['pr', 'show', number])).out).toMatch(/ledger[^]*### What fails/);
    expect((await cli(['pr', 'merge', number])).out).toMatch(/^merged #\d+ as [0-9a-f]{7}/);
    expect(await succeeded('prod-1', 'ledger')).toBeDefined();
  });

  it.each([
    ['what is neither a fault nor a scenario', 'nothing', /the faults: memory, image, environment, probe, critical/],
  ])('refuses %s', async (_what, name, says) => {
    expect(await cli(['sandbox', 'break', name])).toMatchObject({ status: EXIT.permanent, err: expect.stringMatching(says) });
  });
});

it('refuses a scenario that puts objects beside Git, and says how to play it', async () => {
  const dir = join(mkdtempSync(join(tmpdir(), 'fleetmend-live-')), 'harmless-change');
  cpSync(join(ROOT, 'test/scenarios/harmless-change'), dir, { recursive: true });
  mkdirSync(join(dir, 'live'));
  writeFileSync(join(dir, 'live/secret.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n');
  try {
    expect(await cli(['sandbox', 'break', dir])).toMatchObject({ status: EXIT.permanent, err: expect.stringMatching(/not in Git; play it in a world of its own: `fleetmend up --scenario/) });
  } finally {
    rmSync(join(dir, '..'), { recursive: true });
  }
});

it('needs a fleet that runs', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'fleetmend-none-'));
  try {
    expect(await cli(['sandbox', 'break', 'memory'], empty)).toMatchObject({ status: EXIT.permanent, err: expect.stringMatching(/holds no fleet: start it with `npm start`/) });
  } finally {
    rmSync(empty, { recursive: true });
  }
});

it.each(BUILT_IN_FAULTS)('$name edits the file of the demo, and once', ({ file, edit }) => {
  // The first failure of the demo is one of these faults: as if it were repaired.
  const text = initial.get(file)?.replace('memory: 64Mi', 'memory: 128Mi') ?? '';
  const once = edit(text);
  const [before, after] = [text.split('\n'), (once ?? '').split('\n')];
  const same = (lines: readonly string[], others: readonly string[]) => lines.findIndex((line, index) => line !== others[index]);
  // One line is another or one more, and all behind it is as it was.
  expect(after.slice(same(after, before) + 1).join('\n')).toBe(before.slice(same(after, before) + (after.length === before.length ? 1 : 0)).join('\n'));
  expect(edit(once ?? '')).toBeUndefined();
});
