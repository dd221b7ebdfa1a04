/** An Application that applies a folder of a repository by itself, as the lab's journeys use it. */
export const applicationOf = (options: {
  readonly name: string;
  readonly namespace: string;
  readonly url: string;
  readonly path: string;
  /** The destination cluster, as it is registered in Argo CD. */
  readonly server: string;
  /** For objects that name none; that of the Application's name where left out. */
  readonly into?: string;
  readonly selfHeal?: boolean;
}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: options.name, namespace: options.namespace },
  spec: {
    project: 'default',
    source: { repoURL: options.url, targetRevision: 'main', path: options.path },
    destination: { server: options.server, namespace: options.into ?? options.name },
    syncPolicy: {
      automated: { prune: true, selfHeal: options.selfHeal ?? true },
      syncOptions: ['CreateNamespace=true'],
      // The default of five tries takes minutes, in which a refused commit is still "Running".
      retry: { limit: 1, backoff: { duration: '1s', maxDuration: '1s' } },
    },
  },
});
