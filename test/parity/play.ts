import type { Duration } from '@fleetmend/kernel';
import { createDiscovery, createKubeClient, listObjects, resourcePath, type KubeConnection } from '@fleetmend/k8s';
import type { KubeObject } from '@fleetmend/model';
import { normalise } from './normalise.ts';
import { family, observe, type Observation } from './observe.ts';
import { namespaceOf, type ParityCase, type Settled } from './parity-case.ts';

/** A cluster with one node, and what lets its time pass. */
export interface ParityWorld {
  readonly connection: Pick<KubeConnection, 'server' | 'fetch' | 'headers'>;
  sleep(span: Duration): Promise<void>;
  /** Waits until `done` holds; false when it did not within a time that is long enough for anything that happens at all. */
  wait(done: () => Promise<boolean>): Promise<boolean>;
}

/** What a case can look at, in the order in which one owns the other. */
const LOOKED_AT: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['batch/v1', 'CronJob'], ['batch/v1', 'Job'], ['apps/v1', 'Deployment'], ['apps/v1', 'ReplicaSet'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'DaemonSet'],
  ['v1', 'Pod'], ['v1', 'PersistentVolumeClaim'], ['policy/v1', 'PodDisruptionBudget'], ['autoscaling/v2', 'HorizontalPodAutoscaler'],
];

/** Thrown where a case did not settle; its message holds what was seen last. */
export class NeverSettled extends Error {
  override readonly name = 'NeverSettled';
}

/** Creates a case's objects, waits until it has settled, and says how it looks. Leaves everything in place. */
export async function playCase(one: ParityCase, { connection, sleep, wait }: ParityWorld): Promise<Observation> {
  const client = createKubeClient(connection);
  const discovery = createDiscovery(client);
  const namespace = namespaceOf(one);
  const refused: string[] = [];

  const pathOf = async ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>, name?: string): Promise<string> => {
    const type = await discovery.find(apiVersion, kind);
    if (!type) throw new Error(`${connection.server} does not serve ${apiVersion} ${kind}, which case ${one.name} needs`);
    return resourcePath(type, { ...(type.namespaced ? { namespace } : {}), ...(name === undefined ? {} : { name }) });
  };
  /** The message of a refusal, or nothing. A client that throws would say more than the server did. */
  const send = async (method: string, path: string, object: object): Promise<string | undefined> => {
    const headers = { accept: 'application/json', 'content-type': 'application/json', ...(await connection.headers()) };
    const response = await connection.fetch(`${connection.server}${path}`, { method, headers, body: JSON.stringify(object) });
    const answer = (await response.json()) as { readonly message?: string };
    return response.ok ? undefined : (answer.message ?? `${response.status}`);
  };
  const create = async (object: KubeObject): Promise<void> => {
    const message = await send('POST', await pathOf(object), object);
    if (message !== undefined) refused.push(`refused ${object.kind} ${object.metadata.name}: ${message}`);
  };
  const write = async (object: KubeObject): Promise<void> => {
    const path = await pathOf(object, object.metadata.name);
    const live = (await list(object.apiVersion, object.kind)).find(({ metadata }) => metadata.name === object.metadata.name);
    if (!live) return create(object);
    // Controllers write the same object: only what the case says is replaced.
    const message = await send('PUT', path, { ...live, spec: (object as { readonly spec?: unknown }).spec, metadata: { ...live.metadata, resourceVersion: undefined } });
    if (message !== undefined) refused.push(`refused ${object.kind} ${object.metadata.name}: ${message}`);
  };
  const list = async (apiVersion: string, kind: string): Promise<readonly KubeObject[]> => {
    const type = await discovery.find(apiVersion, kind);
    return type ? (await listObjects(client, type, { namespace })).items : [];
  };
  const look = async (at = one.look): Promise<Observation> => {
    // All at once: what changes within moments is seen as it was at one of them.
    const [events, ...objects] = await Promise.all([list('v1', 'Event'), ...LOOKED_AT.map(([apiVersion, kind]) => list(apiVersion, kind))]);
    return [...refused.map(normalise), ...observe(family(at, objects.flat()), events)].sort();
  };
  const settle = async (settled: Settled, { at, without }: { readonly at?: string | undefined; readonly without?: RegExp | undefined } = {}): Promise<Observation> => {
    let seen: Observation = [];
    const ok = await wait(async () => {
      seen = await look(at);
      return settled.every((pattern) => seen.some((line) => pattern.test(line))) && !seen.some((line) => without?.test(line));
    });
    const missing = settled.filter((pattern) => !seen.some((line) => pattern.test(line)));
    if (!ok) throw new NeverSettled(`case ${one.name} did not settle: ${missing.length > 0 ? `no line matches ${missing.join(', ')}` : `a line matches ${String(without)}`}; seen last:\n${seen.join('\n')}`);
    return seen;
  };

  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { ...one.namespaceLabels, parity: one.name } } });
  await wait(async () => (await list('v1', 'ServiceAccount')).length > 0 && (await list('v1', 'ConfigMap')).length > 0);
  for (const object of one.guard?.manifests ?? []) await create(object);
  if (one.guard) {
    const { probe, answer } = one.guard;
    const path = `${await pathOf(probe)}?dryRun=All`;
    if (!(await wait(async () => answer.test((await send('POST', path, probe)) ?? '')))) throw new NeverSettled(`the guard of case ${one.name} never came into force: nothing like ${answer} was answered`);
  }
  for (const object of one.manifests) await create(object);
  if (one.later) {
    await settle(one.later.after, { at: one.later.look });
    for (const object of one.later.manifests) await write(object);
  }
  const seen = await settle(one.settled, { without: one.without });
  if (one.rest === undefined) return seen;
  await sleep(one.rest);
  return look();
}
