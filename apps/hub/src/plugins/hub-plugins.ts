import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, HubConfig, PluginConfig } from '@fleetmend/config';
import { forges } from '@fleetmend/forges';
import { gitOpsEngines } from '@fleetmend/gitops-engines';
import { PermanentError, type Clock } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { notifiers } from '@fleetmend/notifiers';
import type { Forge, GitOpsEngine, Notifier, PluginLog, PolicyEngine, Reasoner, SourceLayout, VectorStore } from '@fleetmend/plugin-api';
import { policyEngines } from '@fleetmend/policy-engines';
import { reasoners } from '@fleetmend/reasoners';
import { rendererPath } from '@fleetmend/render';
import { type LayoutDeps, sourceLayouts } from '@fleetmend/source-layouts';
import { vectorStores } from '@fleetmend/vector-stores';
import { createPlugin, type AnyPlugin } from './create-plugin.ts';

export interface HubPlugins {
  /** Throws PermanentError `UnknownForge` for a name that the config does not have. */
  readonly forge: (name: string) => Forge;
  readonly engines: readonly GitOpsEngine[];
  readonly layouts: readonly SourceLayout[];
  readonly reasoners: readonly Reasoner[];
  readonly policyEngine: PolicyEngine;
  readonly vectorStore: VectorStore;
  readonly notifiers: readonly Notifier[];
  close(): Promise<void>;
}

export interface PluginWorld {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly log: PluginLog;
  readonly env: Environment;
  readonly writeEvent: (event: KubeObject) => Promise<void>;
  /** One that is there already, instead of the configured one; whoever made it closes it. */
  readonly policyEngine?: PolicyEngine;
}

type HubPluginDeps = LayoutDeps & Pick<PluginWorld, 'writeEvent'>;

/** Where a plugin keeps its own state, below the hub's: `pluginStateDir(dir, 'hub.forges.main', 'gitea')`. */
export function pluginStateDir(stateDir: string, where: string, kind: string): string {
  return join(stateDir, 'plugins', ...where.split('.').slice(1), kind);
}

/** Every plugin that the config asks for. What was made is closed again when a later one cannot be made. */
export async function createHubPlugins(config: HubConfig, world: PluginWorld): Promise<HubPlugins> {
  const make = async <Port>(where: string, part: PluginConfig, known: readonly AnyPlugin<Port, HubPluginDeps>[]): Promise<Port> => {
    const stateDir = pluginStateDir(config.stateDir, where, part.kind);
    mkdirSync(stateDir, { recursive: true });
    return createPlugin({ where, config: part, known, deps: { ...world, stateDir, searchPath: rendererPath(world.env) }, env: world.env });
  };
  const all = async <Port>(where: string, parts: readonly PluginConfig[], known: readonly AnyPlugin<Port, HubPluginDeps>[]): Promise<readonly Port[]> =>
    Promise.all(parts.map((part) => make(where, part, known)));

  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of opened.reverse()) await part.close();
  };
  try {
    const named = await Promise.all(Object.entries(config.forges).map(async ([name, part]) => [name, await make<Forge>(`hub.forges.${name}`, part, forges)] as const));
    const policyEngine = world.policyEngine ?? (await make<PolicyEngine>('hub.policyEngine', config.policyEngine, policyEngines));
    if (!world.policyEngine) opened.push(policyEngine);
    const vectorStore = await make<VectorStore>('hub.vectorStore', config.vectorStore, vectorStores);
    opened.push(vectorStore);
    const byName = new Map(named);
    const made = await all<Reasoner>('hub.reasoners', config.reasoners, reasoners);
    for (const reasoner of made) opened.push({ close: async () => reasoner.close?.() });
    return {
      forge: (name) => {
        const forge = byName.get(name);
        if (!forge) throw new PermanentError('UnknownForge', `forgeRef "${name}" is not in the hub's config; it has: ${[...byName.keys()].join(', ') || 'none'}. Add hub.forges.${name}, or correct the RepoBinding`);
        return forge;
      },
      engines: await all<GitOpsEngine>('hub.gitopsEngines', config.gitopsEngines, gitOpsEngines),
      layouts: await all<SourceLayout>('hub.sourceLayouts', config.sourceLayouts, sourceLayouts),
      reasoners: made,
      policyEngine,
      vectorStore,
      notifiers: await all<Notifier>('hub.notifiers', config.notifiers, notifiers),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
