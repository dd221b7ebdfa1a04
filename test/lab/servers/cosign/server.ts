import type { GoServer } from '../../build/go-server.ts';

export const cosign: GoServer = {
  name: 'cosign',
  module: 'github.com/sigstore/cosign/v2',
  version: 'v2.6.5',
  package: 'github.com/sigstore/cosign/v2/cmd/cosign',
  binaries: ['cosign'],
  ldflags: ['-X sigs.k8s.io/release-utils/version.gitVersion=v2.6.5'],
  coldSeconds: 170,
  accepts: { cosign: { args: ['version', '--json'], prints: 'v2.6.5' } },
};
