import { parse } from '@fleetmend/kernel';
import type { SourceLayout } from '@fleetmend/plugin-api';
import { kustomize } from './kustomize/kustomize.ts';
import type { LayoutDeps } from './layout-definition.ts';
import { raw } from './raw/raw.ts';

/** The layouts of folders that hold objects of an engine: plain files, and what kustomize builds. */
export async function holders(deps: LayoutDeps, path: string): Promise<readonly SourceLayout[]> {
  return [await raw.create(parse(raw.config, {}, 'config'), deps), await kustomize.create({ path }, deps)];
}
