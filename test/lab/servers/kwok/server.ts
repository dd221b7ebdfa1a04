import type { GoServer } from '../../build/go-server.ts';

/** Nodes without a machine: what is scheduled to them is reported as running, in the words of a kubelet. */
export const kwok: GoServer = {
  name: 'kwok',
  module: 'sigs.k8s.io/kwok',
  version: 'v0.8.0',
  package: 'sigs.k8s.io/kwok/cmd/kwok',
  binaries: ['kwok'],
  // What it does to nodes and pods.
  share: [
    'kustomize/stage/node/fast/node-initialize.yaml', 'kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
    'kustomize/stage/pod/fast/pod-ready.yaml', 'kustomize/stage/pod/fast/pod-complete.yaml', 'kustomize/stage/pod/fast/pod-delete.yaml',
  ],
  coldSeconds: 85,
};
