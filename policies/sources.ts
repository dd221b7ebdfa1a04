import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This folder. */
export const POLICIES = fileURLToPath(new URL('.', import.meta.url));

/** Where the compiled bundle is committed. */
export const BUNDLE = join(POLICIES, 'bundle');

/** Everything that a compiled bundle depends on, relative to `dir`, sorted: rules and data without their tests, and the capabilities. */
export function bundleSources(dir = POLICIES): readonly string[] {
  const rules = readdirSync(join(dir, 'remediation'), { recursive: true, encoding: 'utf8' })
    .map((file) => `remediation/${file.replaceAll('\\', '/')}`)
    .filter((file) => (file.endsWith('.rego') && !file.endsWith('_test.rego')) || /\/data\.(yaml|json)$/.test(file));
  return ['capabilities.json', ...rules].sort();
}

/**
 * `sha256:<hex>` over names and bytes of all sources. It is the bundle's revision: whether the committed bundle is fresh can be
 * told without `opa` and without Git's history.
 */
export function sourcesDigest(dir = POLICIES): string {
  const hash = createHash('sha256');
  for (const file of bundleSources(dir)) {
    const bytes = readFileSync(join(dir, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}
