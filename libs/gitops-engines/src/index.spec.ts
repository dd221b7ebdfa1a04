import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@fleetmend/kernel';
import type { GitOpsEngine } from '@fleetmend/plugin-api';
import { type EngineWorld, gitOpsEngineConformance, pluginFolderConformance } from '@fleetmend/plugin-api/conformance';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { argoWorld } from './argocd/spec-support/argo-world.ts';
import { fluxWorld } from './flux/spec-support/flux-world.ts';
import { argocd, flux, gitOpsEngines, local } from './index.ts';
import { fluxWorld as sandboxWorld } from './local/spec-support/flux-world.ts';

const deps = { clock: new VirtualClock(), fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } };
const MEMBERS: Readonly<Record<string, { readonly engine: GitOpsEngine; readonly world: EngineWorld }>> = {
  local: { engine: await local.create(parse(local.config, {}, 'config'), deps), world: sandboxWorld },
  argocd: { engine: await argocd.create(parse(argocd.config, {}, 'config'), deps), world: argoWorld },
  flux: { engine: await flux.create(parse(flux.config, {}, 'config'), deps), world: fluxWorld },
};

describe('GitOps engines', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: gitOpsEngines });

  it.each(gitOpsEngines)('$kind has a world, so that the suite runs for it', ({ kind }) => expect(MEMBERS[kind]).toBeDefined());

  describe.each(Object.entries(MEMBERS))('%s', (kind, member) => gitOpsEngineConformance({ kind, ...member }));
});
