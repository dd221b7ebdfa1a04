import type { GoServer } from '../../build/go-server.ts';

/** Flux's kustomize-controller, unmodified. Later lines need a newer Go than Debian's and the lab's builders have. */
export const kustomizeController: GoServer = {
  name: 'kustomize-controller',
  module: 'github.com/fluxcd/kustomize-controller',
  version: 'v1.9.5',
  package: 'github.com/fluxcd/kustomize-controller',
  binaries: ['kustomize-controller'],
  share: ['config/crd/bases'],
  coldSeconds: 180,
};
