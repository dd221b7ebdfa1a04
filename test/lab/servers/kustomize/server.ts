import type { GoServer } from '../../build/go-server.ts';

/** v5.8 needs a newer Go than Debian's and the lab's builders have. */
export const kustomize: GoServer = {
  name: 'kustomize',
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
  version: 'v5.7.1',
  package: 'sigs.k8s.io/kustomize/kustomize/v5',
  binaries: ['kustomize'],
  coldSeconds: 15,
  accepts: { kustomize: { args: ['version'], prints: '5.7.1' } },
};
