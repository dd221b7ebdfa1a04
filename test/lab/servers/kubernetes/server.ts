import type { GoServer } from '../../build/go-server.ts';

const VERSION = 'v1.34.4';
const [, minor = ''] = VERSION.split('.');

/**
 * etcd, the control plane, kubelet and kubectl as one binary (138 MB instead of 440 MB apart), called by different names.
 * 1.34 is the line that still runs on cgroup v1 and on the containerd 1.6 of Debian 12.
 */
export const kubernetes: GoServer = {
  name: 'kubernetes',
  module: 'k8s.io/kubernetes',
  version: VERSION,
  package: '.',
  binaries: ['hyperkube', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl'],
  programs: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl'],
  // Any patch of the same minor will do; a kubelet is never newer than its API server.
  accepts: {
    etcd: { args: ['--version'], prints: 'etcd Version: 3.6.' },
    'kube-apiserver': { args: ['--version'], prints: `v1.${minor}.` },
    'kube-controller-manager': { args: ['--version'], prints: `v1.${minor}.` },
    'kube-scheduler': { args: ['--version'], prints: `v1.${minor}.` },
    kubelet: { args: ['--version'], prints: `v1.${minor}.` },
    kubectl: { args: ['version', '--client'], prints: `v1.${minor}.` },
  },
  ldflags: [
    `-X k8s.io/component-base/version.gitVersion=${VERSION}`,
    '-X k8s.io/component-base/version.gitMajor=1',
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
  ],
  also: { 'go.etcd.io/etcd/server/v3': 'v3.6.4' },
  // k8s.io/X of the same release is published as v0.<minor>.<patch>.
  localReplace: (path) => (path.startsWith('k8s.io/') ? VERSION.replace('v1.', 'v0.') : undefined),
  coldSeconds: 400,
};
