import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { setUpFailureStream } from '@fleetmend/bus';
import { seededRandom } from '@fleetmend/kernel';
import { approvalAdmission, customResourceDefinitions, type FleetClusterSpec } from '@fleetmend/model';
import { systemClock } from '@fleetmend/telemetry';
import { bundle } from '../../../tools/bundle.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import type { LabFacts } from '../boot/lab.ts';
import { lastLines, until } from '../boot/server-process.ts';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** The hub and its agents as their own processes, the way an operator runs them. */
export interface Product {
  /** Lines that the hub has logged, as text. */
  readonly hubLog: () => string;
  /** Of every agent, one after the other. */
  readonly agentLog: () => string;
  stop(): Promise<void>;
}

interface Program {
  readonly log: string;
  readonly stop: () => Promise<void>;
  readonly ended: () => string | undefined;
}

const start = (name: string, options: { readonly file: string; readonly config: string; readonly logs: string; readonly env: Readonly<Record<string, string>> }): Program => {
  const log = join(options.logs, `${name}.log`);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', options.file, '--config', options.config], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const sink = createWriteStream(log);
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  const state: { ended?: string } = {};
  const exited = new Promise<void>((done) =>
    child.on('exit', (code, signal) => {
      state.ended = signal ?? `exit status ${code}`;
      done();
    }),
  );
  return {
    log,
    ended: () => state.ended,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      sink.end();
    },
  };
};

/** One agent: the cluster that it watches, by its name in the fleet, and whose rights it has there. */
export interface AgentOf {
  /** `lab` where left out. */
  readonly cluster?: string;
  /** A kubeconfig file; the administrator's of the lab's own cluster where left out. */
  readonly kubeconfig?: string;
}

export interface ProductOptions {
  /** A kubeconfig file with the hub's rights in the lab's own cluster; the administrator's where left out. */
  readonly hub?: string;
  /** One in the lab's own cluster where left out. */
  readonly agents?: readonly AgentOf[];
  /** Of the hub's config, over what the lab says. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Bundled already; else it is done now. */
  readonly programs?: ProductPrograms;
}

const hubConfiguration = (lab: LabFacts, folder: string, { hub = lab.kubernetes?.kubeconfig, settings = {} }: ProductOptions): object => ({
  hub: {
    profile: 'sandbox',
    stateDir: join(folder, 'hub'),
    kubernetes: { kubeconfig: [hub] },
    bus: busOf(lab),
    http: { port: 8090 },
    forges: { gitea: { kind: 'gitea', url: lab.gitea?.url, token: { env: 'GITEA_TOKEN' } } },
    policyEngine: { kind: 'opa-wasm', bundle: join(ROOT, 'policies', 'bundle') },
    ...settings,
  },
});

const agentConfiguration = (lab: LabFacts, folder: string, { cluster = 'lab', kubeconfig = lab.kubernetes?.kubeconfig }: AgentOf): object => ({
  agent: { profile: 'sandbox', cluster, stateDir: join(folder, `agent-${cluster}`), kubernetes: { kubeconfig: [kubeconfig] }, bus: busOf(lab) },
});

const busOf = (lab: LabFacts): object => ({ kind: 'nats', servers: [lab.nats?.url] });

const answers = (url: string): Promise<boolean> => fetch(url).then((response) => response.ok, () => false);

export interface HubClusterSettings {
  readonly repository: string;
  /** The fleet: the name of each cluster, and what applies Git to it. */
  readonly clusters: readonly { readonly name: string; readonly gitops: FleetClusterSpec['gitops'] }[];
  readonly branch?: string;
  readonly editablePaths?: readonly string[];
}

/** Installs our kinds, and what a platform team writes down: its clusters, one policy that proposes, one binding. */
export const prepareHubCluster = async (lab: LabFacts, { repository, clusters, branch = 'main', editablePaths = ['apps/**'] }: HubClusterSettings): Promise<void> => {
  const apply = (items: readonly object[]): Promise<string> =>
    kubectlIn(lab, ['apply', '--server-side', '--force-conflicts', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const ours = (kind: string, metadata: object, spec: object): object => ({ apiVersion: 'fleetmend.dev/v1alpha1', kind, metadata, spec });
  const namespace = 'fleetmend-system';
  await apply([...customResourceDefinitions(), ...approvalAdmission(), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
  await until('our kinds are served', 30, async () => {
    await kubectlIn(lab, ['get', 'rr,fleetclusters.fleetmend.dev,repobindings.fleetmend.dev', '--all-namespaces', '--output', 'name']);
    return true;
  });
  await apply([
    ...clusters.map(({ name, gitops }) => ours('FleetCluster', { name }, { gitops })),
    ours('RemediationPolicy', { name: 'fleet', namespace }, { selector: { namespaces: ['*'], classes: ['*'] }, mode: 'Propose' }),
    ours('RepoBinding', { name: 'fleet', namespace }, {
      selects: { namespaces: ['*'], kinds: ['*'] },
      forgeRef: 'gitea',
      repository,
      branch,
      editablePaths,
    }),
  ]);
};

/** The files of hub and agent, bundled. */
export interface ProductPrograms {
  readonly hub: string;
  readonly agent: string;
}

/** Bundles hub and agent as a release does. */
export const buildProduct = async (folder: string): Promise<ProductPrograms> => {
  const build = async (app: string): Promise<string> => {
    const file = join(folder, `${app}.mjs`);
    await bundle({ root: ROOT, entry: `apps/${app}/src/main.ts`, file: relative(ROOT, file) });
    return file;
  };
  return { hub: await build('hub'), agent: await build('agent') };
};

/** Starts the hub, and an agent for each cluster, against the lab's servers. */
export const startProduct = async (lab: LabFacts, folder: string, options: ProductOptions = {}): Promise<Product> => {
  mkdirSync(folder, { recursive: true });
  await setUpFailureStream({ servers: [lab.nats?.url ?? ''], credentials: { kind: 'none' }, clock: systemClock, random: seededRandom(1) });
  const files = options.programs ?? (await buildProduct(folder));
  const written = (name: string, configuration: object): string => {
    const config = join(folder, `${name}.yaml`);
    writeFileSync(config, JSON.stringify(configuration, null, 2));
    return config;
  };
  const renderers = ['kustomize', 'helm'].flatMap((name) => lab.programs[name]?.paths[name] ?? []).map(dirname);
  const env = { GITEA_TOKEN: lab.gitea?.bot.token ?? '', PATH: [...renderers, process.env.PATH ?? ''].join(delimiter) };
  const hub = start('fleetmend-hub', { file: files.hub, config: written('hub', hubConfiguration(lab, folder, options)), logs: lab.logs, env });
  const agents = (options.agents ?? [{}]).map((agent) => {
    const name = agent.cluster === undefined ? 'agent' : `agent-${agent.cluster}`;
    return start(`fleetmend-${name}`, { file: files.agent, config: written(name, agentConfiguration(lab, folder, agent)), logs: lab.logs, env: {} });
  });
  await until('the hub is ready', 60, async () => {
    for (const program of [hub, ...agents]) {
      if (program.ended()) throw new Error(`it has ended (${program.ended()}): ${lastLines(program.log)}`);
    }
    return answers('http://127.0.0.1:8090/readyz');
  });
  return {
    hubLog: () => readFileSync(hub.log, 'utf8'),
    agentLog: () => agents.map(({ log }) => readFileSync(log, 'utf8')).join('\n'),
    stop: async () => void (await Promise.all([hub, ...agents].map((program) => program.stop()))),
  };
};
