import type { GoServer } from '../../build/go-server.ts';

export const gator: GoServer = {
  name: 'gator',
  module: 'github.com/open-policy-agent/gatekeeper/v3',
  version: 'v3.23.1',
  package: 'github.com/open-policy-agent/gatekeeper/v3/cmd/gator',
  binaries: ['gator'],
  coldSeconds: 240,
};
