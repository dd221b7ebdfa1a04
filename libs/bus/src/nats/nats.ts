import type { Bus } from '../bus.ts';
import { natsAgent } from './agent.ts';
import type { NatsOptions } from './connection.ts';
import { natsDryRun } from './dry-run.ts';
import { natsHub } from './hub.ts';

export type { NatsCredentials, NatsOptions } from './connection.ts';

/**
 * The courier over NATS JetStream, 2.12 or newer. Connects in the background and for ever: an agent watches and a hub reconciles
 * while it is away. The stream and its consumer exist already (`setUpFailureStream`).
 */
export function createNatsBus(options: NatsOptions): Bus {
  const closers: (() => Promise<void>)[] = [];
  const kept = <T extends { close(): Promise<void> }>(part: T): T => {
    closers.push(() => part.close());
    return part;
  };
  return {
    agent: (cluster) => kept(natsAgent(options, cluster)),
    dryRun: (cluster) => kept(natsDryRun(options, cluster)),
    hub: () => kept(natsHub(options)),
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}
