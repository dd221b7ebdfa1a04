import type { GoServer } from '../../build/go-server.ts';

export const kubeconform: GoServer = {
  name: 'kubeconform',
  module: 'github.com/yannh/kubeconform',
  version: 'v0.8.0',
  package: 'github.com/yannh/kubeconform/cmd/kubeconform',
  binaries: ['kubeconform'],
  coldSeconds: 5,
  accepts: { kubeconform: { args: ['-v'], prints: '0.8.0' } },
};
