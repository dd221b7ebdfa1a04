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
