import type { GoServer } from '../../build/go-server.ts';

export const helm: GoServer = {
  name: 'helm',
  module: 'helm.sh/helm/v3',
  version: 'v3.22.0',
  package: 'helm.sh/helm/v3/cmd/helm',
  binaries: ['helm'],
  ldflags: ['-X helm.sh/helm/v3/internal/version.version=v3.22.0'],
  coldSeconds: 135,
  accepts: { helm: { args: ['version', '--short'], prints: '3.22.0' } },
};
