import { HUB, worldClusters } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** The name under which a scenario's repository is known on its forge. */
export const SCENARIO_REPOSITORY = 'fleet';

/** What the scenario format promises: one policy that proposes, one binding for the repository. Specs of our own kinds, yet to be parsed. */
export function scenarioSettings({ clusters, deploy, repository }: Pick<Scenario, 'clusters' | 'deploy' | 'repository'>, { forge, name = SCENARIO_REPOSITORY }: { readonly forge: string; readonly name?: string }): {
  readonly clusters: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly spec: ClusterSpec }[];
  readonly policies: readonly NamedSpec[];
  readonly bindings: readonly NamedSpec[];
} {
  const path = repository.path.replace(/^\.?\/+|\/+$/g, '');
  const editablePaths = [path === '' || path === '.' ? '**' : `${path}/**`];
  return {
    clusters: worldClusters({ clusters, deploy }).map((cluster) => ({ name: cluster, labels: { env: 'prod' }, spec: gitopsOf(cluster, deploy) })),
    policies: [{ name: 'fleet', namespace: 'fleetmend-system', spec: { selector: { namespaces: ['*'], classes: ['*'] }, mode: 'Propose' } }],
    bindings: [{ name: 'fleet', namespace: 'fleetmend-system', spec: { selects: { namespaces: ['*'], kinds: ['*'] }, forgeRef: forge, repository: name, branch: repository.branch, editablePaths } }],
  };
}

interface ClusterSpec {
  readonly gitops?: { readonly engine: string; readonly readFrom: string; readonly argoDestination: { readonly name: string } };
}

/** Where a cluster's Applications stand in the hub, their destination is the cluster's name. */
function gitopsOf(cluster: string, deploy: Scenario['deploy']): ClusterSpec {
  const isManaged = cluster !== HUB && deploy.some((root) => root.cluster === HUB);
  return isManaged ? { gitops: { engine: 'argocd', readFrom: HUB, argoDestination: { name: cluster } } } : {};
}

interface NamedSpec {
  readonly name: string;
  readonly namespace: string;
  readonly spec: Readonly<Record<string, unknown>>;
}
