import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { startAgent } from '@fleetmend/agent';
import { createInProcessBus } from '@fleetmend/bus';
import { HubConfig, loadConfig } from '@fleetmend/config';
import { ADMISSION_KINDS, checkHubCluster, createClosers, startHub } from '@fleetmend/hub';
import { createKubeClient, createWriter, loadKubeconfig, type KubeClient } from '@fleetmend/k8s';
import { isPermanent, PermanentError } from '@fleetmend/kernel';
import { approvalAdmission, customResourceDefinitions, Label } from '@fleetmend/model';
import { join } from 'node:path';
import { EXIT } from '../exit-codes.ts';
import { kubeconfigFiles } from '../commands/requests.ts';
import { createStoryTeller } from '../story/story-teller.ts';
import { dashboardOf } from './sandbox-fleet.ts';
import { makeStateDir } from './state-layout.ts';
import type { UpOptions, UpWorld } from './up.ts';

export interface OnClusterOptions extends UpOptions {
  readonly context: string;
  readonly kubeconfig?: string | undefined;
  readonly config?: string | undefined;
  readonly cluster?: string | undefined;
  readonly installCrds: boolean;
  readonly yes: boolean;
}

export interface OnClusterWorld extends UpWorld {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
}

const INSTALLER = [
  { group: 'apiextensions.k8s.io', resources: ['customresourcedefinitions'] },
  { group: 'admissionregistration.k8s.io', resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'] },
  { group: '', resources: ['namespaces'] },
] as const;

/** Hub and agent on a real cluster, in this process. The agent can only read; the hub writes our own kinds only. */
export async function upOnCluster(options: OnClusterOptions, world: OnClusterWorld): Promise<number> {
  const { clock, random, log, env, terminal, signal } = world;
  const layout = makeStateDir(options.stateDir);
  const closers = createClosers((message) => log.warn(message));
  try {
    const connection = closers.add(loadKubeconfig({ files: kubeconfigFiles(options, env), context: options.context }), (opened) => opened.close());
    const config = hubConfigOf(options, layout.hub, world.root);
    const client = createKubeClient({ ...connection, userAgent: 'fleetmend' });
    await makeReady(client, config.namespace, options, world);
    const bus = closers.add(createInProcessBus({ clock }), (made) => made.close());
    const hub = closers.add(await startHub(config, { clock, random, log, env, fetch: world.fetch, bus, kubernetes: connection }), (started) => started.stop());
    const cluster = clusterName(options);
    closers.add(await startAgent({ cluster, ...connection, bus, clock, random, stateDir: layout.agent(cluster) }), (agent) => agent.stop());
    const story = createStoryTeller({ terminal, clock, start: clock.now() });
    terminal.line(`  cluster ${cluster} at ${connection.server}; dashboard at ${hub.url}/, requests in \`kubectl get rr -A\``);
    hub.requests.watch(({ namespace, name }) => {
      const request = hub.requests.cached().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
      if (request) story.tell(request);
    });
    while (!signal.aborted) {
      story.now(hub.requests.cached());
      await clock.sleep(1_000, signal).catch(() => undefined);
    }
    return EXIT.ok;
  } finally {
    terminal.live('');
    await closers.close();
  }
}

function hubConfigOf({ config: file }: OnClusterOptions, stateDir: string, root: string): HubConfig {
  if (file === undefined) return HubConfig.parse({ stateDir, policyEngine: { kind: 'opa-wasm', bundle: join(root, 'policies', 'bundle') }, forges: { local: { kind: 'local' } }, http: { port: 0, dashboard: dashboardOf(root) } });
  const { hub } = loadConfig(file);
  if (!hub) throw new PermanentError('ConfigInvalid', `${file} has no part "hub": add it`);
  return hub;
}

/** Kinds and namespace; what is missing is installed under the person's own rights, and only when they say so. */
async function makeReady(client: KubeClient, namespace: string, options: OnClusterOptions, world: OnClusterWorld): Promise<void> {
  try {
    await checkHubCluster(client, namespace);
    if (!options.installCrds) return;
  } catch (error) {
    if (!isPermanent(error) || !['CrdsMissing', 'NamespaceMissing'].includes(error.reason)) throw error;
    if (!options.installCrds && !options.yes && !(await confirm(`${error.message.split(':')[0]}. Install our six kinds, what vouches for approvals, and namespace ${namespace} there now?`, world))) throw error;
  }
  const writer = createWriter(client, INSTALLER);
  const apply = { fieldManager: 'fleetmend-install', force: true } as const;
  for (const definition of customResourceDefinitions()) {
    await writer.apply({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', resource: 'customresourcedefinitions', namespaced: false }, definition, { name: definition.metadata.name }, apply);
  }
  for (const object of approvalAdmission()) {
    const type = Object.values(ADMISSION_KINDS).find(({ kind }) => kind === object.kind);
    if (type) await writer.apply(type, object, { name: object.metadata.name }, apply);
  }
  await writer.apply({ apiVersion: 'v1', kind: 'Namespace', resource: 'namespaces', namespaced: false }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { name: namespace }, apply);
  for (let tries = 0; ; tries += 1) {
    try {
      return await checkHubCluster(client, namespace);
    } catch (error) {
      // The API server serves a new kind a moment after it took its definition.
      if (tries >= 20) throw error;
      await world.clock.sleep(500, world.signal);
    }
  }
}

async function confirm(question: string, { stdin, stdout, signal }: OnClusterWorld): Promise<boolean> {
  if (stdin.isTTY !== true) return false;
  const prompt = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    prompt.close();
  }
}

function clusterName({ cluster, context }: OnClusterOptions): string {
  const name = cluster ?? context.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63);
  if (!Label.safeParse(name).success) throw new PermanentError('BadClusterName', `"${name}" cannot name a cluster: give it a lower-case label with --cluster`);
  return name;
}
