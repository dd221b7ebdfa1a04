import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { KINDS, readRequest, summarise, type RequestSummary } from '@fleetmend/hub';
import { createKubeClient, listObjects, loadKubeconfig } from '@fleetmend/k8s';
import { parseTime, PermanentError, renderDuration } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { onCluster, type CommandFactory } from '../command.ts';
import { renderTable } from '../table.ts';
import { chaptersOf } from '@fleetmend/lifecycle';
import { stateLayout } from '../up/state-layout.ts';

export interface ReadOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly stateDir: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const getCommand: CommandFactory = (world) =>
  onCluster(new Command('get').description('every request, as a table').option('-o, --output <format>', 'json'), world).action(async (options) => world.print(await getRequests(options, world.env)));

export const describeCommand: CommandFactory = (world) =>
  onCluster(new Command('describe').argument('<request>').description('the story of one request').option('-n, --namespace <namespace>'), world).action(async (name: string, options) => world.print(await describeRequest(name, options, world.env)));

/** Every request that the kubeconfig's cluster holds. */
export async function readRequests(options: ReadOptions, env: Environment): Promise<readonly RemediationRequest[]> {
  const connection = loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context });
  try {
    return (await listObjects(createKubeClient({ ...connection, readOnly: true }), KINDS.request)).items.map(readRequest);
  } finally {
    await connection.close();
  }
}

/** `--kubeconfig`, then KUBECONFIG, then (unless a context is named) the local fleet's own, then kubectl's default. */
export function kubeconfigFiles({ kubeconfig, stateDir, context }: ReadOptions, env: Environment): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const named = (env['KUBECONFIG'] ?? '').split(':').filter((file) => file !== '');
  if (named.length > 0) return named;
  const local = stateLayout(stateDir).kubeconfig;
  if (context === undefined && existsSync(local)) return [local];
  const usual = env['HOME'] === undefined ? undefined : join(env['HOME'], '.kube', 'config');
  if (usual !== undefined && existsSync(usual)) return [usual];
  throw new PermanentError('KubeconfigUnreadable', 'no kubeconfig is known: start the local fleet with `fleetmend up`, set KUBECONFIG, or name a file with --kubeconfig');
}

export async function getRequests(options: ReadOptions & { readonly output?: string | undefined }, env: Environment): Promise<string> {
  const requests = (await readRequests(options, env)).map(summarise);
  if (options.output === 'json') return JSON.stringify({ items: requests }, undefined, 2);
  if (options.output !== undefined) throw new PermanentError('UnknownOutput', `-o ${options.output} is not known; write -o json, or nothing for a table`);
  return requests.length === 0 ? 'No requests: nothing has failed for long enough.' : renderTable(HEADS, requests.map(columnsOf));
}

export async function describeRequest(name: string, options: ReadOptions & { readonly namespace?: string | undefined }, env: Environment): Promise<string> {
  const request = await findRequest(name, options, env);
  const { metadata, spec, status } = request;
  const first = parseTime(status.occurrences?.firstSeen) ?? parseTime(metadata.creationTimestamp);
  const last = parseTime(status.phaseSince);
  const took = first !== undefined && last !== undefined && last >= first ? ` after ${renderDuration(last - first)}` : '';
  const head = [`${metadata.namespace}/${metadata.name}  ${status.phase}${took}${status.reason ? `  (${status.reason})` : ''}`, `clusters: ${spec.clusters.join(', ')}   attempt: ${status.attempt}   seen: ${status.occurrences?.count ?? 0}`, ''];
  const signs = { news: '•', good: '✓', bad: '✗', wait: '…' } as const;
  return [...head, ...chaptersOf(request).map(({ mood, text }) => `  ${signs[mood]} ${text}`)].join('\n');
}

/** @throws PermanentError `RequestNotFound`, `RequestAmbiguous`. */
export async function findRequest(name: string, options: ReadOptions & { readonly namespace?: string | undefined }, env: Environment): Promise<RemediationRequest> {
  const found = (await readRequests(options, env)).filter(({ metadata }) => metadata.name === name && (options.namespace === undefined || metadata.namespace === options.namespace));
  const [only, second] = found;
  if (!only) throw new PermanentError('RequestNotFound', `there is no request ${name}${options.namespace ? ` in namespace ${options.namespace}` : ''}: \`fleetmend get\` lists them`);
  if (second) throw new PermanentError('RequestAmbiguous', `${name} exists in ${found.map(({ metadata }) => metadata.namespace).join(', ')}: name one with -n`);
  return only;
}

const HEADS = ['NAMESPACE', 'NAME', 'CLUSTER', 'TARGET', 'FAILURE', 'PHASE', 'PULL REQUEST', 'REASON'] as const;

function columnsOf(request: RequestSummary): readonly string[] {
  return [request.namespace, request.name, request.clusters.join(','), request.target ?? '', request.failure, request.phase, request.pullRequest ?? '', request.reason ?? ''];
}
