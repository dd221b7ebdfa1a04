import { minutes, PermanentError, seconds } from '@fleetmend/kernel';
import type { FleetClusterSpec, RemediationRequest } from '@fleetmend/model';
import { KINDS_WITH_TROUBLES, troublesOf, withoutMoving, type FindObject, type KubeObject, type Scenario, type Trouble } from '@fleetmend/sandbox';
import { systemClock } from '@fleetmend/telemetry';
import { emptyCluster, linesIn } from '../boot/clean-cluster.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';
import type { LabFacts } from '../boot/lab.ts';

/** The lab's cluster while one scenario is played on it. */
export interface LabCluster {
  readonly gitops: NonNullable<FleetClusterSpec['gitops']>;
  apply(objects: readonly KubeObject[], manager: string): Promise<void>;
  /** Makes the engine follow the folders of `deploy[]`. */
  follow(url: string): Promise<void>;
  /** Every root has tried the commit. */
  untilTried(commit: string): Promise<void>;
  untilHealthy(): Promise<void>;
  troubles(head: string): Promise<readonly Trouble[]>;
  find(refs: readonly string[]): Promise<FindObject>;
  requests(): Promise<readonly RemediationRequest[]>;
  /** Takes away what the scenario brought, so that the next one begins in an empty cluster. */
  clear(): Promise<void>;
}

interface FluxStatus {
  readonly lastAttemptedRevision?: string;
}
interface ArgoRevisions {
  readonly revision?: string;
  readonly revisions?: readonly string[];
}
interface ArgoStatus {
  readonly sync?: ArgoRevisions & { readonly status?: string };
  readonly operationState?: { readonly syncResult?: ArgoRevisions };
}

/** The commits that an Application has applied, or tried to; one for each of its sources. */
const commitsOf = ({ sync = {}, operationState = {} }: ArgoStatus = {}): readonly (string | undefined)[] => {
  const { revision, revisions = [] } = sync.status === 'Synced' ? sync : (operationState.syncResult ?? {});
  return [revision, ...revisions];
};

const PATIENCE = minutes(4);
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

export const labCluster = async (lab: LabFacts, scenario: Scenario, branch: string): Promise<LabCluster> => {
  const cluster = scenario.clusters[0] ?? '';
  const k = (args: readonly string[], input?: string) => kubectlIn(lab, args, input);
  const before = await linesIn(k);
  const list = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const isBuilt = (path: string) => scenario.history.some(({ files }) => ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].some((file) => files.has(`${path}/${file}`)));
  const roots = scenario.deploy.map(({ engine, path, selfHeal = true }, index) => ({ engine, path, selfHeal, isBuilt: isBuilt(path), name: index === 0 ? 'fleet' : `fleet-${index + 1}` }));
  const isFlux = roots.every(({ engine }) => engine === 'flux');
  const namespace = isFlux ? (lab.flux?.namespace ?? '') : (lab.argocd?.namespace ?? '');
  const kinds = KINDS_WITH_TROUBLES.filter(([version]) => (version.includes('fluxcd') ? isFlux && !version.startsWith('helm') : version.includes('argoproj') ? !isFlux : true));
  /** Live before the first commit: its health is not what is waited for. */
  const brought: KubeObject[] = [];

  const all = async (): Promise<readonly KubeObject[]> => {
    const names = kinds.map(([version, kind]) => `${kind.toLowerCase()}${version.includes('/') ? `.${version.replace(/^(.*)\/(.*)$/, '$2.$1')}` : ''}`);
    const { items } = JSON.parse(await k(['get', names.join(','), '--all-namespaces', '--output', 'json'])) as { items: KubeObject[] };
    return items.filter(({ metadata }) => !['kube-system', 'kube-public', 'default'].includes(metadata.namespace ?? ''));
  };
  /** What has not tried the commit yet. An Application may bring further ones, which follow the same repository. */
  const tried = async (commit: string): Promise<readonly string[]> => {
    const engineObjects = async <T>(kind: string): Promise<readonly { readonly metadata: { readonly name: string }; readonly status?: T }[]> =>
      (JSON.parse(await k(['get', kind, '--namespace', namespace, '--output', 'json'])) as { items: { metadata: { name: string }; status?: T }[] }).items;
    const at = isFlux
      ? (await engineObjects<FluxStatus>('kustomizations.kustomize.toolkit.fluxcd.io')).map(({ metadata, status }) => ({ name: metadata.name, commits: [status?.lastAttemptedRevision?.split(':').at(-1)] }))
      : (await engineObjects<ArgoStatus>('applications.argoproj.io')).map(({ metadata, status }) => ({ name: metadata.name, commits: commitsOf(status) }));
    const missing = roots.filter(({ name }) => !at.some((one) => one.name === name)).map(({ path }) => path);
    return [...missing, ...at.filter(({ commits }) => !commits.includes(commit)).map(({ name }) => roots.find((root) => root.name === name)?.path ?? name)];
  };
  const until = async (what: string, holds: () => Promise<boolean>) => {
    const end = systemClock.now() + PATIENCE;
    while (!(await holds())) {
      if (systemClock.now() >= end) throw new PermanentError('ScenarioStuck', what);
      await systemClock.sleep(seconds(1));
    }
  };
  const now = async (): Promise<readonly Trouble[]> => {
    const objects = await all();
    return troublesOf((_, kind) => objects.filter((object) => object.kind === kind)).map(({ about, what }) => ({ about: `${cluster} ${about}`, what }));
  };

  return {
    gitops: isFlux ? { engine: 'flux', readFrom: 'agent' } : { engine: 'argocd', readFrom: 'agent' },
    async apply(objects, manager) {
      if (objects.length === 0) return;
      brought.push(...objects);
      await k(['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '--filename', '-'], list(objects));
    },
    async follow(url) {
      await k(['apply', '--filename', '-'], list(isFlux ? fluxRoots({ url, branch, namespace, roots }) : argoRoots({ url, branch, namespace, roots })));
    },
    untilTried: (commit) => until(`commit ${commit.slice(0, 7)} was not applied within ${PATIENCE / 60_000} minutes: look at the root ${isFlux ? 'Kustomization' : 'Application'}`, async () => (await tried(commit)).length === 0),
    async untilHealthy() {
      let sick: readonly string[] = [];
      const old = new Set(brought.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`));
      await until('the first step did not become healthy', async () => {
        const objects = await all();
        sick = troublesOf((_, kind) => (WORKLOADS.includes(kind) ? objects.filter((object) => object.kind === kind && !old.has(`${kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`)) : [])).map(({ about, what }) => `${about}: ${what}`);
        return sick.length === 0;
      }).catch((error: unknown) => {
        throw error instanceof PermanentError ? new PermanentError('ScenarioStuck', `${error.message}: ${sick.join('; ')}`) : error;
      });
    },
    troubles: async (head) => [...(await tried(head)).map((path) => ({ about: `${cluster} ${path}`, what: 'the newest commit is not applied yet' })), ...(await now())],
    async find(refs) {
      const found = new Map(await Promise.all(refs.map(async (ref) => {
        const [kind = '', inNamespace = '', name = ''] = ref.split('/');
        const text = await k(['get', kind, name, ...(inNamespace === '' ? [] : ['--namespace', inNamespace]), '--ignore-not-found', '--output', 'json']);
        return [ref, text === '' ? undefined : withoutMoving(JSON.parse(text) as KubeObject)] as const;
      })));
      return (_, ref) => found.get(ref);
    },
    async requests() {
      const { items } = JSON.parse(await k(['get', 'remediationrequests.fleetmend.dev', '--all-namespaces', '--output', 'json'])) as { items: (Omit<RemediationRequest, 'status'> & Partial<Pick<RemediationRequest, 'status'>>)[] };
      // Its status is written in a second step: one that was made this very moment has none.
      return items.filter((one): one is RemediationRequest => one.status?.phase !== undefined);
    },
    clear: () => emptyCluster(k, before),
  };
};

interface Roots {
  readonly url: string;
  readonly branch: string;
  readonly namespace: string;
  readonly roots: readonly { readonly name: string; readonly path: string; readonly selfHeal: boolean; readonly isBuilt: boolean }[];
}

const fluxRoots = ({ url, branch, namespace, roots }: Roots): readonly object[] => [
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'fleet', namespace }, spec: { interval: '2s', url, ref: { branch } } },
  ...roots.map(({ name, path }) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: { interval: '1m', retryInterval: '5s', timeout: '3m', prune: true, path: `./${path}`, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
  })),
];

const argoRoots = ({ url, branch, namespace, roots }: Roots): readonly object[] =>
  roots.map(({ name, path, selfHeal, isBuilt }) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    // With the finalizer its objects go with it.
    metadata: { name, namespace, finalizers: ['resources-finalizer.argocd.argoproj.io'] },
    spec: {
      project: 'default',
      source: { repoURL: url, path, targetRevision: branch, ...(isBuilt ? {} : { directory: { recurse: true } }) },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: { prune: true, selfHeal }, retry: { limit: 2, backoff: { duration: '1s', maxDuration: '5s' } } },
    },
  }));
