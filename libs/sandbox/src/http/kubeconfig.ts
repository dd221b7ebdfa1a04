import { stringify } from 'yaml';

/** One cluster as a kubeconfig names it. */
export interface KubeconfigCluster {
  readonly name: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly certificateAuthority: string;
  readonly token: string;
}

/**
 * A kubeconfig with one context per cluster, named like it.
 * @param current the context that `kubectl` uses when none is said
 */
export function renderKubeconfig(clusters: readonly KubeconfigCluster[], current: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: clusters.map(({ name, server, certificateAuthority }) => ({ name, cluster: { server, 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') } })),
    users: clusters.map(({ name, token }) => ({ name, user: { token } })),
    contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  }, { lineWidth: 0 });
}
