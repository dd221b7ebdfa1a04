import type { GoServer } from '../../build/go-server.ts';

/**
 * Flux's source-controller. Its library `github.com/fluxcd/pkg/artifact` (a folder of tars served over HTTP) is not on
 * the module proxy in any version, so `artifact/` here is a stand-in for it, written for this lab: the controller is
 * the real one, its artifact store is not. The stand-in does not do `spec.include`.
 */
export const sourceController: GoServer = {
  name: 'source-controller',
  module: 'github.com/fluxcd/source-controller',
  version: 'v1.9.5',
  package: 'github.com/fluxcd/source-controller',
  binaries: ['source-controller'],
  standIns: { 'github.com/fluxcd/pkg/artifact': 'artifact' },
  share: ['config/crd/bases'],
  coldSeconds: 180,
};
