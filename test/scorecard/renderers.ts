import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isPermanent } from '@fleetmend/kernel';
import { findProgram, kustomizeRenderer } from '@fleetmend/render';
import type { RenderKustomization } from '@fleetmend/sandbox';
import { labCache } from '../lab/build/cache.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** PATH, and before it what the lab has built, so that scenarios need no setup beyond `npm run lab -- build kustomize helm`. */
export function searchPath(env: Environment): string {
  const { bin } = labCache(env);
  const built = existsSync(bin) ? readdirSync(bin).filter((name) => /^(kustomize|helm)-v/.test(name) && !name.includes('.tmp')).map((name) => join(bin, name)).filter((path) => statSync(path).isDirectory()).sort() : [];
  return [env['FLEETMEND_LAB_BIN'], ...built.reverse(), env['PATH']].filter((part) => part !== undefined && part !== '').join(delimiter);
}

export function hasProgram(name: string, path: string): boolean {
  try {
    return findProgram(name, path) !== '';
  } catch (error) {
    if (isPermanent(error)) return false;
    throw error;
  }
}

/** How the sandbox's controller builds a folder with a `kustomization.yaml`. */
export function renderWith(path: string): RenderKustomization {
  const kustomize = kustomizeRenderer({ path });
  return async (files, folder) => {
    const paths = [...files.keys()].sort();
    const tree = { revision: 'applied', read: async (file: string) => files.get(file), list: async (prefix: string) => paths.filter((file) => prefix === '' || file === prefix || file.startsWith(`${prefix}/`)) };
    return (await kustomize.render({ tree, path: folder })) as Awaited<ReturnType<RenderKustomization>>;
  };
}
