import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardQueries, readRules, RULES_FILE } from '../../telemetry/published-queries.ts';
import { bundle } from '../../../tools/bundle.ts';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { ROOT, startFleet, type RunningFleet } from './running-fleet.ts';

/** Debian's Prometheus, scraping a hub while the demo plays. */
interface Watched {
  readonly fleet: RunningFleet;
  readonly url: string;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

const taken: Watched[] = [];
/** What has to end, also when something did not start. */
const cleanUp: (() => unknown)[] = [];
const watched = (): Watched => {
  const [first] = taken;
  if (!first) throw new Error('Prometheus or the fleet did not start: see above');
  return first;
};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'fleetmend.mjs');
  await bundle({ root: ROOT, entry: 'apps/cli/src/main.ts', file: relative(ROOT, file) });
  const fleet = startFleet({ command: [process.execPath, '--disable-warning=ExperimentalWarning', file, 'up', '--accelerated', '--state-dir', join(folder, 'state')], env: { FLEETMEND_ROOT: ROOT, HOME: folder } });
  cleanUp.push(() => fleet.kill());
  const hub = () => /dashboard\s+http:\/\/([^/\s]+)/.exec(fleet.stdout())?.[1];
  await until('the fleet prints where its hub is', 90, async () => {
    if (!fleet.lives()) throw new Error(`the fleet ended: ${fleet.stderr()}`);
    return hub() !== undefined;
  });
  const port = await freePort();
  // The rules as they are published, evaluated more often than once a minute so that a demo is long enough.
  const rules = readFileSync(RULES_FILE, 'utf8').replace('interval: 1m', 'interval: 2s');
  writeFileSync(join(folder, 'rules.yaml'), rules);
  writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify({ global: { scrape_interval: '1s', evaluation_interval: '2s' }, rule_files: [join(folder, 'rules.yaml')], scrape_configs: [{ job_name: 'fleetmend-hub', static_configs: [{ targets: [hub()] }] }] }));
  const prometheus = spawn('prometheus', [`--config.file=${join(folder, 'prometheus.yaml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  cleanUp.push(async () => {
    const ended = prometheus.exitCode === null ? new Promise((done) => prometheus.once('exit', done)) : undefined;
    prometheus.kill('SIGTERM');
    await ended;
  });
  let log = '';
  prometheus.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  taken.push({ fleet, url: `http://127.0.0.1:${port}` });
  await until('Prometheus is ready', 30, async () => {
    if (prometheus.exitCode !== null) throw new Error(`Prometheus ended: ${log}`);
    return (await fetch(`${watched().url}/-/ready`).catch(() => undefined))?.ok === true;
  });
}, 180_000);

afterAll(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

it('promtool finds nothing wrong with the rules', async () => {
  const { status, stdout, stderr } = await runCommand(['promtool', 'check', 'rules', RULES_FILE], { env: process.env });
  expect(status, stderr).toBe(0);
  expect(stdout).toContain(`SUCCESS: ${readRules().length} rules found`);
});

describe('a Prometheus that scrapes the hub while the demo plays', () => {
  it('sees a repair succeed, as a ratio recorded by rule', async () => {
    await until('a repair succeeded', 150, async () => (await query('sum(increase(fleetmend_requests_total{outcome="Succeeded"}[10m])) > 0')).length > 0);
    await until('the ratio is recorded', 60, async () => (await query('fleetmend_success_ratio')).length > 0);
    for (const { metric, value } of await query('fleetmend_success_ratio')) {
      expect(metric).toMatchObject({ cluster: expect.any(String), class: expect.any(String) });
      expect(Number(value[1])).toBeGreaterThan(0);
      expect(Number(value[1])).toBeLessThanOrEqual(1);
    }
  }, 240_000);

  it.each(dashboardQueries('5m').map(({ panel, expr }) => [panel, expr] as const))('shows data in the panel "%s"', async (_panel, expr) => {
    await until(`there is data for ${expr}`, 30, async () => (await query(expr)).some(({ value }) => Number.isFinite(Number(value[1]))));
  }, 60_000);

  it('measured a time to repair that the demo could have taken', async () => {
    const [median] = await query('histogram_quantile(0.5, sum by (le) (increase(fleetmend_time_to_repair_seconds_bucket[10m])))');
    expect(Number(median?.value[1])).toBeGreaterThan(1);
    expect(Number(median?.value[1])).toBeLessThan(300);
  });

  it('evaluates every rule without an error, and raises no alarm about a hub that is well', async () => {
    const { data } = (await (await fetch(`${watched().url}/api/v1/rules`)).json()) as { data: { groups: { rules: { name: string; health: string; lastError?: string; state?: string }[] }[] } };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.map(({ name }) => name).sort()).toEqual(readRules().map((rule) => ('record' in rule ? rule.record : rule.alert)).sort());
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    for (const name of ['FleetmendHubDown', 'FleetmendAgentSilent', 'FleetmendWatchStale', 'FleetmendEventsRejected', 'FleetmendRepairReverted']) expect(rules.find((rule) => rule.name === name)?.state, name).toBe('inactive');
  });

  it('raises the alarm when the hub is gone', async () => {
    await watched().fleet.kill();
    await until('the alert is pending', 60, async () => (await query('ALERTS{alertname="FleetmendHubDown"}')).length > 0);
  }, 90_000);
});

async function query(expr: string): Promise<readonly Sample[]> {
  const response = await fetch(`${watched().url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
  const answer = (await response.json()) as { status: string; error?: string; data?: { result: Sample[] } };
  if (answer.status !== 'success') throw new Error(`Prometheus refused ${expr}: ${answer.error}`);
  return answer.data?.result ?? [];
}

/** Prometheus cannot be asked which port it took, so one that is free now is given to it. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return address !== null && typeof address === 'object' ? address.port : 0;
}
