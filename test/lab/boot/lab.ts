import type { Programs } from '../build/resolve.ts';
import type { ServerProcess } from './server-process.ts';

/** The parts that can be booted. `node` is a kubelet with containerd, `fleet` is further clusters, whose nodes are simulated. */
export const LAB_SERVERS = ['nats', 'kubernetes', 'node', 'gitea', 'argocd', 'flux', 'fleet'] as const;
export type LabServer = (typeof LAB_SERVERS)[number];

/** What a part needs to be up before it. */
export const NEEDS: Readonly<Record<LabServer, readonly LabServer[]>> = {
  nats: [],
  kubernetes: [],
  node: ['kubernetes'],
  gitea: [],
  argocd: ['kubernetes'],
  flux: ['kubernetes'],
  fleet: [],
};

/** Folders under `servers/` whose binaries a part runs. */
export const BUILDS: Readonly<Record<LabServer, readonly string[]>> = {
  nats: ['nats-server'],
  kubernetes: ['kubernetes'],
  node: ['kubernetes'],
  gitea: ['gitea'],
  argocd: ['argocd', 'kustomize', 'kubernetes'],
  flux: ['source-controller', 'kustomize-controller'],
  fleet: ['kubernetes', 'kwok'],
};

/** Programs from the distribution's packages: program → package. */
export type Packages = Readonly<Record<string, string>>;

/** Those that a part runs. */
export const PACKAGES: Readonly<Record<LabServer, Packages>> = {
  nats: {},
  kubernetes: {},
  node: { containerd: 'containerd', runc: 'runc', '/usr/lib/cni/bridge': 'containernetworking-plugins' },
  gitea: { git: 'git' },
  argocd: { 'redis-server': 'redis-server', git: 'git' },
  flux: {},
  fleet: {},
};

export interface KubernetesFacts {
  readonly server: string;
  /** An administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Folder of `ca.crt`, `admin.crt`, `admin.key` … */
  readonly certificates: string;
}

/** A further cluster: a real control plane, and a node that only says that its pods run. */
export interface FleetMember extends KubernetesFacts {
  readonly name: string;
  readonly node: string;
}

export interface GiteaFacts {
  readonly url: string;
  readonly admin: { readonly name: string; readonly password: string; readonly token: string };
  /** An ordinary user with the rights a remediation bot should have. */
  readonly bot: { readonly name: string; readonly password: string; readonly token: string };
  /** An SSH key that this Gitea trusts for commits. */
  readonly signing: { readonly privateKey: string };
}

export interface NatsFacts {
  readonly url: string;
  readonly monitor: string;
}

/** What is known of a lab that is up: written to `lab.json` in the run folder, read by specs, `status` and people. */
export interface LabFacts {
  /** Where the programs are, by server or tool. */
  readonly programs: Readonly<Record<string, Programs>>;
  /** One log per server. */
  readonly logs: string;
  readonly kubernetes?: KubernetesFacts;
  readonly node?: { readonly name: string; readonly containerd: string };
  readonly gitea?: GiteaFacts;
  readonly nats?: NatsFacts;
  readonly argocd?: { readonly namespace: string };
  readonly flux?: { readonly namespace: string };
  readonly fleet?: readonly FleetMember[];
}

/** What every boot function gets. */
export interface BootContext {
  /** Folder of the part's state; removed with the lab. */
  readonly run: string;
  readonly logs: string;
  /** What was built or found, by server name. */
  readonly bin: Readonly<Record<string, Programs>>;
  /** PATH for servers that call other programs. */
  readonly path: string;
  readonly cgroup: string;
  /** Tars of the images to import, by short name. */
  readonly images: Readonly<Record<string, string>>;
  /** Tells of a step that is done. */
  readonly report: (line: string) => void;
  readonly started: (server: ServerProcess) => void;
}

const built = (context: Pick<BootContext, 'bin'>, server: string): Programs => {
  const programs = context.bin[server];
  if (!programs) throw new Error(`the lab was not given ${server}: run \`npm run lab -- build ${server}\``);
  return programs;
};

/** The path of a server's program. */
export const program = (context: Pick<BootContext, 'bin'>, server: string, name: string): string => {
  const path = built(context, server).paths[name];
  if (!path) throw new Error(`${server} has no program ${name}: look at its server.ts`);
  return path;
};

/** The folder of the files that a server reads at run time. */
export const shareFolder = (context: Pick<BootContext, 'bin'>, server: string): string => {
  const { share } = built(context, server);
  if (!share) throw new Error(`${server} has no share folder: look at its server.ts`);
  return share;
};
