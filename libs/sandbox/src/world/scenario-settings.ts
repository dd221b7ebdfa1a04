import type { Scenario } from './scenario.ts';

/** The name under which a scenario's repository is known on its forge. */
export const SCENARIO_REPOSITORY = 'fleet';

/** What the scenario format promises: one policy that proposes, one binding for the repository. Specs of our own kinds, yet to be parsed. */
export function scenarioSettings({ clusters, repository }: Pick<Scenario, 'clusters' | 'repository'>, { forge, name = SCENARIO_REPOSITORY }: { readonly forge: string; readonly name?: string }): {
  readonly clusters: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly policies: readonly NamedSpec[];
  readonly bindings: readonly NamedSpec[];
} {
  const path = repository.path.replace(/^\.?\/+|\/+$/g, '');
  const editablePaths = [path === '' || path === '.' ? '**' : `${path}/**`];
  return {
    clusters: clusters.map((cluster) => ({ name: cluster, labels: { env: 'prod' } })),
    policies: [{ name: 'fleet', namespace: 'fleetmend-system', spec: { selector: { namespaces: ['*'], classes: ['*'] }, mode: 'Propose' } }],
    bindings: [{ name: 'fleet', namespace: 'fleetmend-system', spec: { selects: { namespaces: ['*'], kinds: ['*'] }, forgeRef: forge, repository: name, branch: repository.branch, editablePaths } }],
  };
}

interface NamedSpec {
  readonly name: string;
  readonly namespace: string;
  readonly spec: Readonly<Record<string, unknown>>;
}
