import { demoFleet } from '@fleetmend/sandbox';
import type { FleetSettings } from './hub-cluster-objects.ts';

export const REPOSITORY = 'fleet';
export const BRANCH = 'main';
export const FORGE = 'local';

const TEAMS = { 'shop-team': ['shop'], 'payments-team': ['payments'], 'platform-team': ['*'] } as const;

/** The demo's platform team: small repairs merge themselves, but never in `payments`, which is critical. */
export function demoSettings(): FleetSettings {
  const { clusters } = demoFleet();
  return {
    clusters: clusters.map(({ name, labels }) => ({ name, labels })),
    policies: [{ name: 'fleet', namespace: 'fleetmend-system', spec: { selector: { namespaces: ['*'], classes: ['*'] }, mode: 'AutoMerge', critical: { namespaces: ['payments'] } } }],
    bindings: Object.entries(TEAMS).map(([namespace, namespaces]) => ({ name: 'fleet', namespace, spec: binding({ namespaces: [...namespaces], editablePaths: ['clusters/**'], branch: BRANCH }) })),
  };
}

function binding({ namespaces, editablePaths, branch }: { readonly namespaces: readonly string[]; readonly editablePaths: readonly string[]; readonly branch: string }): Readonly<Record<string, unknown>> {
  return { selects: { namespaces, kinds: ['*'] }, forgeRef: FORGE, repository: REPOSITORY, branch, editablePaths };
}
