import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, type Clock } from '@fleetmend/kernel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandWorld } from '../command.ts';
import { clusterCommand } from './cluster.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-keys-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Every wait is over at once: nobody answers in time. */
const clock: Clock = { now: () => 1_800_000_000_000, sleep: async () => undefined };
const run = (...args: readonly string[]) => clusterCommand({ clock, random: seededRandom(1), print: () => undefined, env: {} } as unknown as CommandWorld).parseAsync([...args], { from: 'user' });
const file = (name: string) => readFileSync(join(dir, name), 'utf8');

it('a revocation stands in what servers are configured with: one that starts with an empty disk does not trust the agent again', async () => {
  await run('init', '--keys', dir);
  await run('join', 'prod-1', '--keys', dir);
  const [before, configured] = [file('account.jwt'), file('nats-auth.conf')];
  expect(configured).toContain(before);
  // No server is there to hear it.
  await expect(run('revoke', 'prod-1', '--keys', dir, '--server', 'nats://127.0.0.1:1')).rejects.toMatchObject({ reason: 'BusUnreachable' });
  expect(file('account.jwt')).not.toBe(before);
  expect(file('nats-auth.conf')).toBe(configured.replace(before, file('account.jwt')));
});

it('a dry-run process has an identity of its own, beside the agent of the same cluster', async () => {
  await run('init', '--keys', dir);
  await run('join', 'prod-1', '--keys', dir);
  await run('join', 'prod-1', '--dry-run', '--keys', dir);
  const claims = (name: string) => JSON.parse(Buffer.from(/JWT-----\s*[^.]+\.([^.]+)/.exec(file(name))?.[1] ?? '', 'base64url').toString()) as { name: string; nats: { pub: { allow: string[] } } };
  expect(claims('dry-runs/prod-1.creds')).toMatchObject({ name: 'prod-1-dry-run', nats: { pub: { allow: ['dryans.v1.prod-1.>'] }, sub: { allow: ['dry.v1.prod-1.ask', '_INBOX.prod-1-dry-run.>'] } } });
  expect(claims('agents/prod-1.creds').nats.pub.allow).not.toContain('dryans.v1.prod-1.>');
  await expect(run('join', 'prod-1', '--dry-run', '--keys', dir)).rejects.toMatchObject({ reason: 'AlreadyJoined', message: expect.stringContaining('revoke prod-1 --dry-run') });
});
