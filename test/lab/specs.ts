import type { LabServer, Packages } from './boot/lab.ts';

/** A spec file of the lab and what must be up for it. */
export interface LabSpec {
  /** What `--only` takes; the file is `<folder>/<name>.lab.ts`. */
  readonly name: string;
  readonly folder: 'boot' | 'contracts' | 'journeys' | 'kubectl' | 'policies' | 'product' | 'scenarios';
  readonly servers: readonly LabServer[];
  /** Programs that are called but not booted, by the name of their folder under `servers/`. */
  readonly tools?: readonly string[];
  /** Programs that the spec itself calls, from the distribution's packages: program → package. */
  readonly packages?: Packages;
  /** Part of a run without `--all` and `--only`. */
  readonly smoke: boolean;
  /** About how long it takes, where that is more than a minute or two; several labs share the specs out by it. */
  readonly minutes?: number;
}

/** Every `*.lab.ts` of the tree, in the order in which they run. `list-specs.ts` holds this list to the files. */
export const labSpecs: readonly LabSpec[] = [
  { name: 'servers', folder: 'boot', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd'], smoke: true },
  { name: 'clean-up', folder: 'boot', servers: ['nats'], smoke: true },
  { name: 'policies', folder: 'policies', servers: [], tools: ['opa'], smoke: true },
  { name: 'conftest-gator', folder: 'policies', servers: [], tools: ['conftest', 'gator'], smoke: false },
  { name: 'attestation', folder: 'policies', servers: [], tools: ['cosign'], smoke: false },
  { name: 'gitops-repository', folder: 'policies', servers: [], tools: ['kustomize', 'kubeconform', 'conftest'], packages: { yamllint: 'yamllint' }, smoke: false },
  { name: 'bus-nats', folder: 'contracts', servers: ['nats'], smoke: true },
  { name: 'bus-identities', folder: 'contracts', servers: [], tools: ['nats-server'], smoke: true },
  { name: 'requests-store', folder: 'contracts', servers: ['kubernetes'], smoke: true },
  { name: 'approvals', folder: 'contracts', servers: ['kubernetes'], smoke: true },
  { name: 'who-may-see', folder: 'contracts', servers: ['kubernetes'], smoke: false },
  { name: 'dry-run', folder: 'contracts', servers: ['nats', 'kubernetes'], smoke: false },
  { name: 'forge-gitea', folder: 'contracts', servers: ['gitea'], smoke: true, minutes: 2 },
  { name: 'argocd', folder: 'contracts', servers: ['kubernetes', 'gitea', 'argocd'], smoke: true },
  { name: 'flux', folder: 'contracts', servers: ['kubernetes', 'gitea', 'flux'], smoke: false },
  { name: 'engine-status', folder: 'contracts', servers: ['kubernetes', 'gitea', 'argocd', 'flux'], tools: ['kustomize', 'helm'], smoke: false, minutes: 2 },
  { name: 'kubectl', folder: 'kubectl', servers: ['kubernetes', 'node'], smoke: true, minutes: 2 },
  { name: 'parity', folder: 'contracts', servers: ['kubernetes', 'node'], smoke: false },
  { name: 'journey-01', folder: 'journeys', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd'], smoke: true },
  { name: 'journey-02', folder: 'journeys', servers: ['nats', 'kubernetes', 'node', 'gitea', 'flux'], smoke: true },
  { name: 'journey-06', folder: 'journeys', servers: ['nats', 'kubernetes', 'node', 'gitea', 'flux'], smoke: false, minutes: 4 },
  { name: 'journey-07', folder: 'journeys', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd'], smoke: false, minutes: 2 },
  { name: 'journey-13', folder: 'journeys', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd', 'fleet'], smoke: false, minutes: 3 },
  { name: 'journey-14', folder: 'journeys', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd'], tools: ['helm'], smoke: false },
  { name: 'scenarios', folder: 'scenarios', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd', 'flux'], tools: ['kustomize', 'helm'], smoke: true, minutes: 6 },
  { name: 'charts', folder: 'product', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd'], tools: ['helm', 'kubeconform'], smoke: false, minutes: 2 },
  { name: 'kubectl-story', folder: 'product', servers: [], tools: ['kubernetes'], smoke: true },
  { name: 'dashboard', folder: 'product', servers: [], packages: { chromium: 'chromium' }, smoke: true },
  { name: 'metrics', folder: 'product', servers: [], packages: { prometheus: 'prometheus', promtool: 'prometheus' }, smoke: false },
  { name: 'audit-loki', folder: 'product', servers: [], tools: ['loki'], smoke: false },
  { name: 'scan', folder: 'product', servers: ['kubernetes', 'node'], smoke: false },
  { name: 'kill-nine', folder: 'product', servers: [], smoke: true },
  { name: 'many-scenarios', folder: 'scenarios', servers: ['nats', 'kubernetes', 'node', 'gitea', 'argocd', 'flux'], tools: ['kustomize', 'helm'], smoke: false, minutes: 32 },
];

export const specFile = (spec: LabSpec): string => `${spec.folder}/${spec.name}.lab.ts`;
