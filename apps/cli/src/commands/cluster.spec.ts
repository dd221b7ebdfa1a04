import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, type Clock } from '@fleetmend/kernel';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandWorld } from '../command.ts';
import { aServedCluster } from '../served-cluster.fixture.ts';
import { clusterCommand } from './cluster.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-keys-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Every wait is over at once: nobody answers in time. */
const clock: Clock = { now: () => 1_800_000_000_000, sleep: async () => undefined };
const run = (...args: readonly string[]) => new Command().addCommand(clusterCommand({ clock, random: seededRandom(1), print: () => undefined, env: {} } as unknown as CommandWorld)).parseAsync([...args], { from: 'user' });
const file = (name: string) => readFileSync(join(dir, name), 'utf8');

it('a revocation stands in what servers are configured with: one that starts with an empty disk does not trust the agent again', async () => {
  await run('cluster', 'init', '--keys', dir);
  await run('cluster', 'join', 'prod-1', '--keys', dir);
  const [before, configured] = [file('account.jwt'), file('nats-auth.conf')];
  expect(configured).toContain(before);
  // No server is there to hear it.
  await expect(run('cluster', 'revoke', 'prod-1', '--keys', dir, '--server', 'nats://127.0.0.1:1')).rejects.toMatchObject({ reason: 'BusUnreachable' });
  expect(file('account.jwt')).not.toBe(before);
  expect(file('nats-auth.conf')).toBe(configured.replace(before, file('account.jwt')));
});

it('a dry-run process has an identity of its own, beside the agent of the same cluster', async () => {
  await run('cluster', 'init', '--keys', dir);
  await run('cluster', 'join', 'prod-1', '--keys', dir);
  await run('cluster', 'join', 'prod-1', '--dry-run', '--keys', dir);
  const claims = (name: string) => JSON.parse(Buffer.from(/JWT-----\s*[^.]+\.([^.]+)/.exec(file(name))?.[1] ?? '', 'base64url').toString()) as { name: string; nats: { pub: { allow: string[] } } };
  expect(claims('dry-runs/prod-1.creds')).toMatchObject({ name: 'prod-1-dry-run', nats: { pub: { allow: ['dryans.v1.prod-1.>'] }, sub: { allow: ['dry.v1.prod-1.ask', '_INBOX.prod-1-dry-run.>'] } } });
  expect(claims('agents/prod-1.creds').nats.pub.allow).not.toContain('dryans.v1.prod-1.>');
  await expect(run('cluster', 'join', 'prod-1', '--dry-run', '--keys', dir)).rejects.toMatchObject({ reason: 'AlreadyJoined', message: expect.stringContaining('revoke prod-1 --dry-run') });
});

it('an identity is for a cluster that has none yet, and of a bus that has keys', async () => {
  await expect(run('cluster', 'join', 'prod-1', '--keys', dir)).rejects.toMatchObject({ reason: 'KeysMissing' });
  await run('cluster', 'init', '--keys', dir);
  await run('cluster', 'join', 'prod-1', '--keys', dir, '--expires', '90d');
  await expect(run('cluster', 'join', 'prod-1', '--keys', dir)).rejects.toMatchObject({ reason: 'AlreadyJoined' });
  await expect(run('cluster', 'init', '--keys', dir)).rejects.toMatchObject({ reason: 'KeysExist' });
});

it('lists the clusters that the hub knows', async () => {
  const cluster = await aServedCluster({ namespaces: [] });
  try {
    expect((await cluster.run('cluster', 'list')).out).toContain('No cluster has been heard of yet');
    cluster.put({ apiVersion: 'fleetmend.dev/v1alpha1', kind: 'FleetCluster', metadata: { name: 'prod-1', labels: { env: 'prod' } }, spec: {}, status: { agent: { version: '0.1.0', lastSeen: '2026-01-05T09:00:00Z' }, open: 3 } });
    expect((await cluster.run('cluster', 'list')).out).toMatch(/prod-1 +env=prod +0\.1\.0 +.* ago +3/);
  } finally {
    await cluster.close();
  }
});
