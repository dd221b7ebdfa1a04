import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import type { PolicyRolloutSpec } from '@fleetmend/model';
import { MAX_BYTES, readBody, TIMEOUT, withoutSecrets, withoutUser } from './fetch-parts.ts';
import { pullBundle } from './oci-registry.ts';

export type Source = PolicyRolloutSpec['bundle']['source'];

/**
 * Puts the bundle of a source at `to`, unread: whoever holds it checks its digest and its signature.
 * @throws PermanentError `BundleUnusable`, `BundleSourceUnsupported` when no retry helps; anything else is transient.
 */
export async function bringBundle({ file, http, oci }: Source, to: string, fetch: typeof globalThis.fetch): Promise<void> {
  if (file !== undefined) return copy(file, to);
  if (http !== undefined) return writeFileSync(to, await download(http, fetch), { mode: 0o600 });
  if (oci !== undefined) return writeFileSync(to, await pullBundle(oci, fetch), { mode: 0o600 });
  throw new PermanentError('BundleSourceUnsupported', 'spec.bundle.source names no source: set file, http or oci');
}

/** Copies what a bundle is made of, and nothing else that may lie there. */
function copy(file: string, to: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new PermanentError('BundleUnusable', `policy bundle ${file} does not exist in the hub's own file system: mount it there, or name an http source`);
  if (stat.isFile() && stat.size <= MAX_BYTES) return copyFileSync(file, to);
  if (!stat.isDirectory()) throw new PermanentError('BundleUnusable', `policy bundle ${file} is neither a folder nor a .tar.gz of at most ${MAX_BYTES} bytes`);
  mkdirSync(to, { mode: 0o700 });
  for (const name of ['.manifest', 'data.json', 'policy.wasm', '.signatures.json']) if (existsSync(join(file, name))) copyFileSync(join(file, name), join(to, name));
}

async function download(url: string, fetch: typeof globalThis.fetch): Promise<Uint8Array> {
  if (!/^https?:\/\//.test(url)) throw new PermanentError('BundleSourceUnsupported', `spec.bundle.source.http is "${url}": write an address that begins with https:// or http://`);
  const { address, headers } = withoutUser(url);
  const response = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT) }).catch((error: unknown) => {
    throw new Error(`no bundle from ${withoutSecrets(url)}: ${messageOf(error)}`, { cause: error });
  });
  if (!response.ok) throw new Error(`no bundle from ${withoutSecrets(url)}: it answered ${response.status}`);
  return readBody(response, `the bundle at ${withoutSecrets(url)}`);
}
