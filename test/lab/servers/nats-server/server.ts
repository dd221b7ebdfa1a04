import type { GoServer } from '../../build/go-server.ts';

export const natsServer: GoServer = {
  name: 'nats-server',
  module: 'github.com/nats-io/nats-server/v2',
  version: 'v2.15.2',
  package: 'github.com/nats-io/nats-server/v2',
  binaries: ['nats-server'],
  coldSeconds: 25,
  accepts: { 'nats-server': { args: ['--version'], prints: '2.15.2' } },
};
