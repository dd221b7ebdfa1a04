import type { Cluster, Writer } from './cluster.ts';
import { createObject } from './create.ts';
import type { Json } from './json.ts';

const SYSTEM: Writer = { manager: 'kube-apiserver', user: 'system:apiserver', dryRun: false, trusted: true, warn: () => undefined, fieldValidation: 'Ignore' };
const CONTROLLERS: Writer = { ...SYSTEM, manager: 'kube-controller-manager', user: 'system:kube-controller-manager' };

const PRIORITIES = [
  { name: 'system-cluster-critical', value: 2_000_000_000, description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.' },
  { name: 'system-node-critical', value: 2_000_001_000, description: 'Used for system critical pods that must not be moved from their current node.' },
] as const;

/**
 * Gives a cluster what every real one has before its first user comes, and each namespace what the controllers put there:
 * a `default` ServiceAccount and the `kube-root-ca.crt` ConfigMap. What exists stays as it is.
 *
 * @param certificateAuthority PEM text for `kube-root-ca.crt`
 */
export function furnish(cluster: Cluster, certificateAuthority: string): () => void {
  const ensure = (apiVersion: string, kind: string, object: Json, writer: Writer = SYSTEM) => {
    const type = cluster.types.byKind(apiVersion, kind);
    const metadata = object['metadata'] as { readonly name: string; readonly namespace?: string };
    if (!type || cluster.store.get(type.storage, metadata.namespace ?? '', metadata.name)) return;
    createObject(cluster, { type, namespace: undefined, input: { apiVersion, kind, ...object }, writer });
  };
  const furnishNamespace = (namespace: string) => {
    ensure('v1', 'ServiceAccount', { metadata: { name: 'default', namespace } }, CONTROLLERS);
    ensure('v1', 'ConfigMap', { metadata: { name: 'kube-root-ca.crt', namespace, annotations: { 'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.' } }, data: { 'ca.crt': certificateAuthority } }, CONTROLLERS);
  };
  const stop = cluster.store.subscribe(({ type, resource, object }) => {
    if (type === 'ADDED' && resource === '/namespaces') furnishNamespace(object.metadata.name);
  });
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) ensure('v1', 'Namespace', { metadata: { name } });
  for (const { name, value, description } of PRIORITIES) ensure('scheduling.k8s.io/v1', 'PriorityClass', { metadata: { name }, value, description });
  ensure('v1', 'Service', {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { type: 'ClusterIP', ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }] },
  });
  return stop;
}
