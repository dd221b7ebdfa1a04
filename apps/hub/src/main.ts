import { parseArgs } from 'node:util';
import { loadConfig, type HubConfig } from '@fleetmend/config';
import { loadKubeconfig } from '@fleetmend/k8s';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { openBus } from './open-bus.ts';
import { startHub } from './start-hub.ts';

/** Exit code for what somebody has to change first; 1 is everything else. */
const PERMANENT = 78;

function readConfig(file: string): HubConfig {
  const { hub } = loadConfig(file);
  if (!hub) throw new PermanentError('ConfigInvalid', `${file} has no part "hub": add it`);
  return hub;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string', default: 'fleetmend.yaml' } } });
  const config = readConfig(values.config);
  const log = createLogger({ level: config.log.level, service: 'hub' });
  const env = process.env;
  const bus = openBus(config.bus, { clock: systemClock, random: systemRandom, env, onTrouble: (error) => log.warn({ err: error }, `the bus has trouble: ${messageOf(error)}`) });
  const kubernetes = loadKubeconfig({ files: config.kubernetes.kubeconfig, context: config.kubernetes.context });
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.resolve());
  try {
    const hub = await startHub(config, { clock: systemClock, random: systemRandom, log, env, fetch, bus, kubernetes });
    log.info({ url: hub.url }, 'the hub is up');
    await stopped.promise;
    await hub.stop();
  } finally {
    await bus.close();
    await kubernetes.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`fleetmend-hub: ${messageOf(error)}\n`);
    process.exit(error instanceof PermanentError ? PERMANENT : 1);
  },
);
