import { parseArgs } from 'node:util';
import { loadConfig, type AgentConfig } from '@fleetmend/config';
import { loadKubeconfig } from '@fleetmend/k8s';
import { messageOf, minutes, PermanentError, seconds } from '@fleetmend/kernel';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import type { AgentSettings } from './agent-settings.ts';
import { startAgent } from './agent.ts';
import { openBus } from './open-bus.ts';

/** Exit code for what somebody has to change first; 1 is everything else. */
const PERMANENT = 78;

function readConfig(file: string): AgentConfig {
  const { agent } = loadConfig(file);
  if (!agent) throw new PermanentError('ConfigInvalid', `${file} has no part "agent": add it`);
  return agent;
}

function settingsOf({ profile, heartbeat, podLogs }: AgentConfig): Partial<AgentSettings> {
  const times = profile === 'sandbox' ? { hold: seconds(10), heartbeat: seconds(5), tick: 200 } : { hold: minutes(5), heartbeat: minutes(1) };
  const logs = podLogs.enabled && (podLogs.namespaces.includes('*') || podLogs.namespaces);
  return { ...times, logs, ...(heartbeat === undefined ? {} : { heartbeat }) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string', default: 'fleetmend.yaml' } } });
  const config = readConfig(values.config);
  const logger = createLogger({ level: config.log.level, service: 'agent' }).child({ 'fleetmend.cluster': config.cluster });
  const log = { info: (message: string, fields = {}) => logger.info(fields, message), warn: (message: string, fields = {}) => logger.warn(fields, message) };
  const { server, fetch, headers, close } = loadKubeconfig({ files: config.kubernetes.kubeconfig, context: config.kubernetes.context });
  const bus = openBus(config.bus, { env: process.env, clock: systemClock, random: systemRandom, onTrouble: (error) => log.warn(`the bus has trouble: ${messageOf(error)}`) });
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.resolve());
  const agent = await startAgent({ cluster: config.cluster, server, fetch, headers, bus, clock: systemClock, random: systemRandom, stateDir: config.stateDir, settings: settingsOf(config), log });
  log.info(`the agent of ${config.cluster} watches ${server}`);
  await stopped.promise;
  await agent.stop();
  await bus.close();
  await close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`fleetmend-agent: ${messageOf(error)}\n`);
    process.exit(error instanceof PermanentError ? PERMANENT : 1);
  },
);
