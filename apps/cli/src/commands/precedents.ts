import { existsSync } from 'node:fs';
import { HubConfig, loadConfig, resolveSecrets } from '@fleetmend/config';
import { pluginStateDir } from '@fleetmend/hub';
import { parse, PermanentError, renderTime } from '@fleetmend/kernel';
import type { Precedent } from '@fleetmend/model';
import type { VectorStore } from '@fleetmend/plugin-api';
import { vectorStores } from '@fleetmend/vector-stores';
import { Command } from 'commander';
import { stateDirOption, type CommandFactory, type CommandWorld } from '../command.ts';
import { renderTable } from '../table.ts';
import { stateLayout } from '../up/state-layout.ts';

interface MemoryOptions {
  readonly stateDir: string;
  readonly config?: string | undefined;
  readonly namespace: string;
}

/** `precedents list|forget`: what is remembered of finished cases, and how to take it back. */
export const precedentsCommand: CommandFactory = (world) => {
  const program = new Command('precedents').description('what is remembered of finished cases');
  const onMemory = (command: Command): Command =>
    command
      .requiredOption('-n, --namespace <namespace>', 'the tenant: namespace of its requests')
      .option('--config <file>', "fleetmend.yaml of the hub; default: the local fleet's own memory")
      .addOption(stateDirOption(world));
  onMemory(program.command('list').description('finished cases, newest first')).action(async (options: MemoryOptions) => {
    const all = await withMemory(options, world, (store) => store.list({ tenant: options.namespace, limit: 200 }));
    world.print(all.length === 0 ? `Nothing is remembered in ${options.namespace} yet.` : renderTable(HEADS, all.map(columnsOf)));
  });
  onMemory(program.command('forget <key...>').description('forget precedents and vetoes by id, fingerprint or veto key: what a person refused may be proposed again')).action(async (keys: readonly string[], options: MemoryOptions) => {
    const count = await withMemory(options, world, (store) => store.forget(options.namespace, keys));
    if (count === 0) throw new PermanentError('NothingForgotten', `nothing in ${options.namespace} has the key ${keys.join(' or ')}: \`fleetmend precedents list -n ${options.namespace}\` shows ids and fingerprints`);
    world.print(`forgot ${count}`);
  });
  return program;
};

async function withMemory<T>(options: MemoryOptions, { env, clock }: CommandWorld, act: (store: VectorStore) => Promise<T>): Promise<T> {
  const hub = hubConfigOf(options);
  const { kind, ...rest } = hub.vectorStore;
  const definition = vectorStores.find((plugin) => plugin.kind === kind);
  if (!definition) throw new PermanentError('UnknownPlugin', `hub.vectorStore.kind: there is no vector store "${kind}" here; known: ${vectorStores.map((plugin) => plugin.kind).join(', ')}`);
  const stateDir = pluginStateDir(hub.stateDir, 'hub.vectorStore', kind);
  if (kind === 'embedded' && !existsSync(stateDir)) throw new PermanentError('NoMemory', `there is no memory in ${stateDir}: start the local fleet, or name the hub's config with --config`);
  const config = parse(definition.config as Parameters<typeof parse>[0], resolveSecrets(rest, env, 'hub.vectorStore'), 'hub.vectorStore');
  const store = await (definition.create as (config: unknown, deps: object) => Promise<VectorStore>)(config, { clock, fetch, stateDir, log: { info: () => undefined, warn: () => undefined } });
  try {
    return await act(store);
  } finally {
    await store.close();
  }
}

function hubConfigOf({ config: file, stateDir }: MemoryOptions): HubConfig {
  if (file === undefined) return HubConfig.parse({ stateDir: stateLayout(stateDir).hub });
  const { hub } = loadConfig(file);
  if (!hub) throw new PermanentError('ConfigInvalid', `${file} has no part "hub": add it`);
  return hub;
}

const HEADS = ['ID', 'WHEN', 'CLASS', 'ACTION', 'OUTCOME', 'DECIDED BY', 'CLUSTERS', 'CAUSE'] as const;

function columnsOf({ id, at, class: failure, action, outcome, decidedBy, clusters, cause }: Precedent): readonly string[] {
  return [id, renderTime(at), failure, action, outcome, decidedBy, clusters.join(','), cause.length > 60 ? `${cause.slice(0, 59)}…` : cause];
}
