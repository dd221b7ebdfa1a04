import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCli } from '@fleetmend/cli';
import { createNatsBus, inboxPrefix, setUpFailureStream, subjects, type NatsOptions } from '@fleetmend/bus';
import { seededRandom } from '@fleetmend/kernel';
import { systemClock } from '@fleetmend/telemetry';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { until } from '../boot/server-process.ts';

const PORT = 4333;
const url = `nats://127.0.0.1:${PORT}`;
const fingerprint = `sha256:${'a'.repeat(64)}`;
let folder: string;
let server: ChildProcess;
const open: NatsConnection[] = [];

const fleetmend = async (...args: string[]): Promise<string> => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli({ args, env: { HOME: folder }, stdout: stdout as never, stderr: stderr as never, stdin: new PassThrough() as never, signal: new AbortController().signal, root: folder });
  if (status !== 0) throw new Error(`fleetmend ${args.join(' ')} ended with ${status}: ${String(stderr.read())}`);
  return String(stdout.read());
};
const keys = () => join(folder, 'keys');
const creds = (file: string): string => readFileSync(join(keys(), file), 'utf8');
const options = (file: string): NatsOptions => ({ servers: [url], credentials: { kind: 'creds', creds: creds(file) }, clock: systemClock, random: seededRandom(1) });

/** A client with nothing of ours in it, as whoever has stolen the file would write one. */
async function client(file: string, identity: string): Promise<{ readonly connection: NatsConnection; readonly refused: string[] }> {
  const connection = await connect({ servers: url, authenticator: credsAuthenticator(Buffer.from(creds(file))), inboxPrefix: inboxPrefix(identity), maxReconnectAttempts: 2, reconnectTimeWait: 100 });
  open.push(connection);
  const refused: string[] = [];
  void (async () => {
    for await (const status of connection.status()) if (status.type === 'error') refused.push(String(status.error));
  })();
  return { connection, refused };
}

beforeAll(async () => {
  const program = inject('lab').programs['nats-server']?.paths['nats-server'];
  if (!program) throw new Error('the lab has no nats-server: this spec needs the tool `nats-server` in specs.ts');
  folder = mkdtempSync(join(tmpdir(), 'bus-identities-'));
  await fleetmend('cluster', 'init', '--keys', keys());
  for (const name of ['prod-1', 'prod-2']) await fleetmend('cluster', 'join', name, '--keys', keys());
  const config = join(folder, 'nats.conf');
  writeFileSync(config, `listen: 127.0.0.1:${PORT}\njetstream { store_dir: "${join(folder, 'store')}", max_file: 1GB }\ninclude keys/nats-auth.conf\n`);
  server = spawn(program, ['-c', config], { cwd: folder, stdio: 'ignore' });
  await until('nats-server takes the keys', 20, async () => {
    const probe = await connect({ servers: url, authenticator: credsAuthenticator(Buffer.from(creds('system.creds'))), timeout: 1_000 });
    await probe.close();
    return true;
  });
  await setUpFailureStream(options('set-up.creds'));
});
afterAll(async () => {
  for (const connection of open) await connection.close();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

describe('identities of the bus, on a real server', () => {
  it('let hub and agent do all that they have to: report, take in, ask, answer, resync', async () => {
    const [agentBus, hubBus] = [createNatsBus(options('agents/prod-1.creds')), createNatsBus(options('hub.creds'))];
    const [agent, hub] = [agentBus.agent('prod-1'), hubBus.hub()];
    const taken: string[] = [];
    await hub.consumeFailures(({ cluster, ack }) => {
      taken.push(cluster);
      ack();
    });
    agent.onQuestion(async () => ({ answer: 'object', objects: [], truncated: false }));
    agent.onResync(async () => 3);
    const event = { schema: 1, cluster: 'prod-1', fingerprint, state: 'open', version: 1, epoch: 1, at: 1, firstSeen: 1, count: 1, finding: { class: 'OOMKilled', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }, observation: { reason: 'OOMKilled', message: 'killed' } } } as const;
    await agent.publishFailure(event);
    await until('the hub has taken it in', 10, async () => taken.length === 1);
    expect(await hub.ask('prod-1', { question: 'object', ref: { apiVersion: 'v1', kind: 'Pod' }, limit: 1 }, 5_000)).toMatchObject({ answer: 'object' });
    expect(await hub.resync('prod-1', 5_000)).toBe(3);
    await Promise.all([agentBus.close(), hubBus.close()]);
  });

  it.each([
    ['report for another cluster', subjects.failure('prod-2', fingerprint)],
    ['send the heartbeat of another cluster', subjects.digest('prod-2')],
    ['ask another agent', subjects.ask('prod-2', 'object')],
    ['delete the stream', '$JS.API.STREAM.DELETE.FAILURES'],
    ['speak to the servers', '$SYS.REQ.CLAIMS.UPDATE'],
  ])("refuse an agent that tries to %s", async (_what, subject) => {
    const { connection, refused } = await client('agents/prod-1.creds', 'prod-1');
    connection.publish(subject, 'x');
    await connection.flush();
    await until('the server has refused it', 5, async () => refused.some((text) => /permission/i.test(text)));
  });

  it.each([['what agents report', 'fail.v1.>'], ['the questions to another cluster', 'ask.v1.prod-2.>'], ['the answers to another identity', '_INBOX.hub.>'], ['everything', '>']])('refuse an agent that wants to hear %s', async (_what, subject) => {
    const { connection, refused } = await client('agents/prod-1.creds', 'prod-1');
    connection.subscribe(subject, { callback: () => undefined });
    await connection.flush();
    await until('the server has refused it', 5, async () => refused.some((text) => /permission/i.test(text)));
  });

  it('refuse a hub that wants to make or delete a stream', async () => {
    const { connection } = await client('hub.creds', 'hub');
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 1_000 });
    await expect(manager.streams.delete('FAILURES')).rejects.toThrow();
  });

  it('end at once when they are revoked, and no other does', async () => {
    const [revoked, other] = [await client('agents/prod-1.creds', 'prod-1'), await client('agents/prod-2.creds', 'prod-2')];
    const closed = revoked.connection.closed();
    const file = creds('agents/prod-1.creds');
    expect(await fleetmend('cluster', 'revoke', 'prod-1', '--keys', keys(), '--server', url)).toContain('prod-1 is revoked');
    await closed;
    await expect(connect({ servers: url, authenticator: credsAuthenticator(Buffer.from(file)), timeout: 2_000, maxReconnectAttempts: 0 })).rejects.toThrow(/uthoriz|uthentic|revoked/i);
    await other.connection.flush();
    await fleetmend('cluster', 'join', 'prod-1', '--keys', keys());
    await (await client('agents/prod-1.creds', 'prod-1')).connection.flush();
  });
});
