import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startArgocd } from './argocd.ts';
import { startFleet } from './fleet.ts';
import { startFlux } from './flux.ts';
import { startGitea } from './gitea.ts';
import { startKubernetes } from './kubernetes.ts';
import { NEEDS, type BootContext, type LabFacts, type LabServer } from './lab.ts';
import { startNats } from './nats.ts';
import { startNode } from './node.ts';
import type { ServerProcess } from './server-process.ts';

/** A lab that is up, as seen from inside its namespaces. */
export interface Lab {
  readonly facts: LabFacts;
  readonly servers: readonly ServerProcess[];
}

/** The wanted parts and all that they need. */
export const withNeeds = (servers: readonly LabServer[]): ReadonlySet<LabServer> =>
  new Set(servers.flatMap((server) => [...withNeeds(NEEDS[server]), server]));

export const factsFile = (run: string): string => join(run, 'lab.json');

/** Boots the wanted parts, independent ones at the same time, and writes `lab.json`. Must run inside the lab's world. */
export const startLab = async (options: { readonly servers: readonly LabServer[]; readonly context: Omit<BootContext, 'started'> }): Promise<Lab> => {
  const wanted = withNeeds(options.servers);
  const processes: ServerProcess[] = [];
  const context: BootContext = { ...options.context, started: (server) => void processes.push(server) };
  mkdirSync(context.run, { recursive: true });
  mkdirSync(context.logs, { recursive: true });
  const began = performance.now();
  const timed = async <T>(server: LabServer, start: () => Promise<T>): Promise<T | undefined> => {
    if (!wanted.has(server)) return undefined;
    const facts = await start();
    context.report(`boot ${server}: up after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return facts;
  };
  const cluster = async (): Promise<Pick<LabFacts, 'kubernetes' | 'node' | 'argocd' | 'flux'>> => {
    const kubernetes = await timed('kubernetes', () => startKubernetes(context));
    if (!kubernetes) return {};
    const [node, argocd, flux] = await Promise.all([
      timed('node', () => startNode(context, kubernetes)),
      timed('argocd', () => startArgocd(context, kubernetes)),
      timed('flux', () => startFlux(context, kubernetes)),
    ]);
    return { kubernetes, ...(node ? { node } : {}), ...(argocd ? { argocd } : {}), ...(flux ? { flux } : {}) };
  };
  const [nats, gitea, kubernetes, fleet] = await Promise.all([
    timed('nats', () => startNats(context)),
    timed('gitea', () => startGitea(context)),
    cluster(),
    timed('fleet', () => startFleet(context)),
  ]);
  const facts: LabFacts = { programs: context.bin, logs: context.logs, ...(nats ? { nats } : {}), ...(gitea ? { gitea } : {}), ...kubernetes, ...(fleet ? { fleet } : {}) };
  const file = factsFile(context.run);
  writeFileSync(`${file}.new`, JSON.stringify(facts, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { facts, servers: processes };
};
