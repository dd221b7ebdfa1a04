import type { GoServer } from '../../build/go-server.ts';

export const loki: GoServer = {
  name: 'loki',
  module: 'github.com/grafana/loki/v3',
  version: 'v3.7.8',
  package: 'github.com/grafana/loki/v3/cmd/loki',
  binaries: ['loki'],
  ldflags: ['-X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8'],
  coldSeconds: 420,
  accepts: { loki: { args: ['--version'], prints: '3.7.8' } },
};
