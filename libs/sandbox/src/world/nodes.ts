import type { ClusterObjects, KubeObject } from '../objects.ts';

const ZONES = ['a', 'b', 'c'] as const;

/** Three nodes of 4 cpu and 8Gi in three zones, unless the cluster has nodes of its own. */
export function ensureNodes(objects: ClusterObjects, cluster: string): void {
  if (objects.list('v1', 'Node').length > 0) return;
  for (const [index, zone] of ZONES.entries()) {
    const name = `${cluster}-node-${index + 1}`;
    objects.create<KubeObject>(
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name,
          labels: {
            'kubernetes.io/arch': 'amd64',
            'kubernetes.io/hostname': name,
            'kubernetes.io/os': 'linux',
            'topology.kubernetes.io/region': cluster,
            'topology.kubernetes.io/zone': `${cluster}-${zone}`,
          },
        },
      },
      { manager: 'kubelet', user: `system:node:${name}` },
    );
  }
}

/** Provisions at once, and is the default, unless the cluster has a default of its own. */
export function ensureStorageClass(objects: ClusterObjects): void {
  const isDefault = ({ metadata }: KubeObject) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
  if (objects.list('storage.k8s.io/v1', 'StorageClass').some((one) => isDefault(one) || one.metadata.name === 'standard')) return;
  objects.create<KubeObject>(
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'lab.fleet.local/any',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
    { manager: 'kubectl-client-side-apply' },
  );
}
