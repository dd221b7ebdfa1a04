import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isPermanent } from '@fleetmend/kernel';
import type { Renderer } from '@fleetmend/ports';
import { helmRenderer } from './helm.ts';
import { kustomizeRenderer } from './kustomize.ts';
import { findProgram } from './program.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What of the two is there. */
export interface InstalledRenderers {
  readonly kustomize?: Renderer;
  readonly helm?: Renderer;
}

/** Where renderers are looked for: `FLEETMEND_LAB_BIN`, what `npm run lab -- build kustomize helm` has built, then PATH. */
export function rendererPath(env: Environment): string {
  const cache = env['XDG_CACHE_HOME'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.cache'));
  const root = env['FLEETMEND_LAB_CACHE'] ?? (cache === undefined ? undefined : join(cache, 'fleetmend-lab'));
  const bin = root === undefined ? undefined : join(root, 'bin');
  // A folder that is being built yet has another ending.
  const built = bin !== undefined && existsSync(bin) ? readdirSync(bin).filter((name) => /^(kustomize|helm)-v[\w.]+-[0-9a-f]+$/.test(name)).sort().reverse() : [];
  return [env['FLEETMEND_LAB_BIN'], ...built.map((name) => join(bin ?? '', name)), env['PATH']].filter(Boolean).join(delimiter);
}

export function installedRenderers(env: Environment): InstalledRenderers {
  const path = rendererPath(env);
  return { ...(has('kustomize', path) ? { kustomize: kustomizeRenderer({ path }) } : {}), ...(has('helm', path) ? { helm: helmRenderer({ path }) } : {}) };
}

function has(name: string, path: string): boolean {
  try {
    return findProgram(name, path) !== '';
  } catch (error) {
    if (isPermanent(error)) return false;
    throw error;
  }
}
