import type { GoServer } from '../../build/go-server.ts';

export const conftest: GoServer = {
  name: 'conftest',
  module: 'github.com/open-policy-agent/conftest',
  version: 'v0.71.1',
  package: 'github.com/open-policy-agent/conftest',
  binaries: ['conftest'],
  ldflags: ['-X github.com/open-policy-agent/conftest/internal/version.Version=0.71.1'],
  coldSeconds: 120,
  accepts: { conftest: { args: ['--version'], prints: '0.71.1' } },
};
