import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { shortDigest, sha256, type Random } from '@fleetmend/kernel';

/** Who this replica is: the same over restarts of the same state directory, so that it takes its own Lease back at once. */
export function hubIdentity(stateDir: string, random: Random): string {
  const file = join(stateDir, 'identity');
  if (!existsSync(file)) writeFileSync(file, `${hostname()}-${shortDigest(sha256(String(random.next())), 8)}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
