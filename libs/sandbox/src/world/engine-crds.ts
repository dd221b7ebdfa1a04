import type { KubeObject } from '../objects.ts';

interface EngineKind {
  readonly group: string;
  readonly version: string;
  /** Versions that are served, too. */
  readonly older?: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly status: boolean;
  readonly columns: readonly (readonly [name: string, path: string, type?: string])[];
}

const FLUX_COLUMNS = [['Age', '.metadata.creationTimestamp', 'date'], ['Ready', '.status.conditions[?(@.type=="Ready")].status'], ['Status', '.status.conditions[?(@.type=="Ready")].message']] as const;

/** The kinds of Flux and Argo CD that the sandbox's applying controller follows; group, version, names and columns as the real ones have them. */
const ENGINE_KINDS: readonly EngineKind[] = [
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository', plural: 'gitrepositories', shortNames: ['gitrepo'], status: true, columns: [['URL', '.spec.url'], ...FLUX_COLUMNS] },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmChart', plural: 'helmcharts', shortNames: ['hc'], status: true, columns: [['Chart', '.spec.chart'], ['Version', '.spec.version'], ['Source Kind', '.spec.sourceRef.kind'], ['Source Name', '.spec.sourceRef.name'], ...FLUX_COLUMNS] },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmRepository', plural: 'helmrepositories', shortNames: ['helmrepo'], status: true, columns: [['URL', '.spec.url'], ...FLUX_COLUMNS] },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'OCIRepository', plural: 'ocirepositories', shortNames: ['ocirepo'], status: true, columns: [['URL', '.spec.url'], ...FLUX_COLUMNS] },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'Bucket', plural: 'buckets', shortNames: [], status: true, columns: [['Endpoint', '.spec.endpoint'], ...FLUX_COLUMNS] },
  { group: 'helm.toolkit.fluxcd.io', version: 'v2', older: ['v2beta2', 'v2beta1'], kind: 'HelmRelease', plural: 'helmreleases', shortNames: ['hr'], status: true, columns: FLUX_COLUMNS },
  { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', plural: 'kustomizations', shortNames: ['ks'], status: true, columns: FLUX_COLUMNS },
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'Application',
    plural: 'applications',
    shortNames: ['app', 'apps'],
    // Argo CD's own definition has no status subresource; here it has one, so that a status write cannot change a spec.
    status: true,
    columns: [['Sync Status', '.status.sync.status'], ['Health Status', '.status.health.status'], ['Revision', '.status.sync.revision']],
  },
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'ApplicationSet', plural: 'applicationsets', shortNames: ['appset', 'appsets'], status: true, columns: [] },
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'AppProject', plural: 'appprojects', shortNames: ['appproj', 'appprojs'], status: false, columns: [] },
];

/** Minimal definitions of those kinds: any field is kept, nothing is validated beyond the object's own frame. */
export function engineCrds(): readonly KubeObject[] {
  return ENGINE_KINDS.map(({ group, version, older = [], kind, plural, shortNames, status, columns }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      versions: [version, ...older].map((served) => ({
        name: served,
        served: true,
        storage: served === version,
        ...(status ? { subresources: { status: {} } } : {}),
        ...(columns.length > 0 ? { additionalPrinterColumns: columns.map(([name, jsonPath, type = 'string']) => ({ name, jsonPath, type })) } : {}),
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      })),
    },
  }));
}
