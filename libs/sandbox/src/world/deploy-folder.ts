import { APPLICATION } from '../applier/argocd/shapes.ts';
import { GIT_REPOSITORY, KUSTOMIZATION } from '../applier/flux/shapes.ts';
import type { ClusterObjects, KubeObject } from '../objects.ts';

export interface FolderDeployment {
  readonly engine: 'flux' | 'argocd';
  /** The folder, from the repository's root. */
  readonly path: string;
  readonly url: string;
  readonly branch: string;
  /** Argo CD only; Flux always lets Git win. True where left out. */
  readonly selfHeal?: boolean | undefined;
  /** Of the root Kustomization or Application; `fleet` where left out. */
  readonly name?: string;
  /** Argo CD only: the folder has a kustomization or a chart. Plain folders are applied with all that is below them. */
  readonly isBuilt?: boolean;
  /** Flux's intervals; `1m` where left out. */
  readonly interval?: string;
}

const AS = { manager: 'kubectl-client-side-apply' } as const;

/** Makes a cluster follow a folder: the root objects that a platform team would have put there when it installed the engine. */
export function deployFolder(objects: ClusterObjects, { engine, path, url, branch, selfHeal = true, name = 'fleet', isBuilt = false, interval = '1m' }: FolderDeployment): void {
  const root: readonly KubeObject[] =
    engine === 'flux'
      ? [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } },
          { ...GIT_REPOSITORY, metadata: { name: 'fleet', namespace: 'flux-system' }, spec: { interval, url, ref: { branch } } },
          { ...KUSTOMIZATION, metadata: { name, namespace: 'flux-system' }, spec: { interval, retryInterval: '5s', timeout: '3m', prune: true, path: `./${path}`, sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
        ]
      : [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } },
          {
            apiVersion: 'argoproj.io/v1alpha1',
            kind: 'AppProject',
            metadata: { name: 'default', namespace: 'argocd' },
            spec: { sourceRepos: ['*'], destinations: [{ namespace: '*', server: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] },
          },
          {
            ...APPLICATION,
            metadata: { name, namespace: 'argocd' },
            spec: {
              project: 'default',
              source: { repoURL: url, path, targetRevision: branch, ...(isBuilt ? {} : { directory: { recurse: true } }) },
              destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
              syncPolicy: {
                automated: { prune: true, ...(selfHeal ? { selfHeal: true } : {}) },
                // The default of five tries takes minutes, in which a refused commit keeps every later one waiting.
                retry: { limit: 1, backoff: { duration: '1s', maxDuration: '1s' } },
              },
            },
          },
        ];
  for (const object of root) {
    const { apiVersion, kind, metadata } = object;
    if (!objects.get(apiVersion, kind, metadata.namespace, metadata.name)) objects.create(object, AS);
  }
}
