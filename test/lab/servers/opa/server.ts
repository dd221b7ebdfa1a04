import type { GoServer } from '../../build/go-server.ts';

export const opa: GoServer = {
  name: 'opa',
  module: 'github.com/open-policy-agent/opa',
  version: 'v1.22.2',
  package: 'github.com/open-policy-agent/opa',
  binaries: ['opa'],
  coldSeconds: 60,
  accepts: { opa: { args: ['version'], prints: '1.22.2' } },
};
