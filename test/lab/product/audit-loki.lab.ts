import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lokiSink, openFileAudit, startOutbox, type Sink } from '@fleetmend/audit';
import { seededRandom } from '@fleetmend/kernel';
import { systemClock } from '@fleetmend/telemetry';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { until } from '../boot/server-process.ts';

const [PORT, GRPC] = [4341, 4342];
const url = `http://127.0.0.1:${PORT}`;
const TENANT = 'fleet';
const dir = mkdtempSync(join(tmpdir(), 'audit-loki-'));
const cleanUp: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];

/** One process, on disk, with tenants: what a push needs to be taken, and no more. */
const settings = {
  auth_enabled: true,
  server: { http_listen_address: '127.0.0.1', http_listen_port: PORT, grpc_listen_address: '127.0.0.1', grpc_listen_port: GRPC, log_level: 'warn' },
  common: { instance_addr: '127.0.0.1', path_prefix: dir, replication_factor: 1, ring: { kvstore: { store: 'inmemory' } }, storage: { filesystem: { chunks_directory: join(dir, 'chunks'), rules_directory: join(dir, 'rules') } } },
  schema_config: { configs: [{ from: '2024-01-01', store: 'tsdb', object_store: 'filesystem', schema: 'v13', index: { prefix: 'index_', period: '24h' } }] },
  analytics: { reporting_enabled: false },
};

beforeAll(async () => {
  const program = inject('lab').programs.loki?.paths.loki;
  if (!program) throw new Error('the lab has no loki: this spec needs the tool `loki` in specs.ts');
  // JSON is YAML.
  writeFileSync(join(dir, 'loki.yaml'), JSON.stringify(settings));
  const server = spawn(program, [`-config.file=${join(dir, 'loki.yaml')}`, '-target=all'], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  cleanUp.unshift(async () => {
    const ended = server.exitCode === null ? new Promise((done) => server.once('exit', done)) : undefined;
    server.kill('SIGTERM');
    await ended;
  });
  let log = '';
  server.stderr?.on('data', (chunk: Buffer) => (log = `${log}${chunk.toString()}`.slice(-4_000)));
  await until('Loki is ready', 60, async () => {
    if (server.exitCode !== null) throw new Error(`Loki ended: ${log}`);
    return (await fetch(`${url}/ready`)).ok;
  });
}, 90_000);
afterAll(async () => {
  for (const end of cleanUp) await end();
});

const sink = (tenant?: string): Sink => lokiSink({ url, tenant, fetch });

/** A trail with one record per step, copied by an outbox of its own until nothing is left or it says what holds it up. */
async function copy(name: string, steps: readonly string[], to: Sink): Promise<string | undefined> {
  const file = join(dir, `${name}.jsonl`);
  const trail = await openFileAudit({ file, clock: systemClock, writer: name });
  for (const step of steps) await trail.record({ step, actor: 'hub', request: { namespace: 'shop-team', name: 'rr-1', uid: name, attempt: 1 }, data: { forge: 'gitea' } });
  await trail.close();
  const warned: string[] = [];
  const outbox = startOutbox({ file, cursorFile: join(dir, `${name}.cursor`), sink: to, clock: systemClock, random: seededRandom(1), warn: (message) => warned.push(message) });
  await until('the trail is copied, or is known not to be', 30, async () => outbox.behind() === undefined || warned.length > 0);
  await outbox.stop();
  return warned[0];
}

interface Stream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: string, line: string])[];
}

/** What Loki holds of one writer's trail. */
async function held(name: string): Promise<readonly Stream[]> {
  const query = new URLSearchParams({ query: `{app="fleetmend", kind="audit"} |= \`${name}\``, since: '1h', limit: '100' });
  const response = await fetch(`${url}/loki/api/v1/query_range?${query}`, { headers: { 'x-scope-orgid': TENANT } });
  if (!response.ok) throw new Error(`Loki answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { data: { result: Stream[] } }).data.result;
}

const records = (streams: readonly Stream[]) => streams.flatMap(({ values }) => values.map(([, line]) => (JSON.parse(line) as { id: string }).id));

describe('the audit trail in a real Loki', () => {
  it('is there with every record, by step, and each at its own time', async () => {
    expect(await copy('whole', ['diagnose', 'propose', 'gate', 'deliver', 'gate'], sink(TENANT))).toBeUndefined();
    await until('Loki shows the trail', 30, async () => records(await held('whole')).length === 5);
    const streams = await held('whole');
    expect(streams.map(({ stream }) => stream['step']).sort()).toEqual(['deliver', 'diagnose', 'gate', 'propose']);
    for (const { values } of streams) for (const [time, line] of values) expect(Number(time) / 1e6).toBe(Date.parse((JSON.parse(line) as { time: string }).time));
  });

  it('holds nothing twice when the same lines come again', async () => {
    await copy('again', ['diagnose', 'propose'], sink(TENANT));
    rmSync(join(dir, 'again.cursor'));
    const file = join(dir, 'again.jsonl');
    const outbox = startOutbox({ file, cursorFile: join(dir, 'again.cursor'), sink: sink(TENANT), clock: systemClock, random: seededRandom(1), warn: () => undefined });
    await until('the trail is copied once more', 30, async () => outbox.behind() === undefined);
    await outbox.stop();
    await until('Loki shows the trail', 30, async () => records(await held('again')).length >= 2);
    const ids = records(await held('again'));
    expect(ids).toHaveLength(new Set(ids).size);
  });

  it('is not lost when Loki wants a tenant and gets none: the hub says so, and merges nothing meanwhile', async () => {
    expect(await copy('nobody', ['diagnose'], sink())).toBe('the audit trail is not copied to loki: Loki answered 401 to a push of 1 lines; it is tried again, and nothing is merged by the hub until then');
    expect(records(await held('nobody'))).toEqual([]);
  });
});
