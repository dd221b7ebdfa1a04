import { readFileSync } from 'node:fs';
import { createNatsBus, type NatsCredentials } from '@fleetmend/bus';
import { isPermanent, messageOf } from '@fleetmend/kernel';
import { loadKubeconfig } from '@fleetmend/k8s';
import { readAgentConfig, type AgentConfig } from './agent-config.ts';
import type { AgentLog } from './agent-log.ts';
import { startAgent } from './agent.ts';
import { systemClock, systemRandom } from './system-clock.ts';

/** One line of JSON per message, on stdout, as log collectors like it. */
const log: AgentLog = {
  info: (message, fields) => write('info', message, fields),
  warn: (message, fields) => write('warn', message, fields),
};

function write(level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date(systemClock.now()).toISOString(), level, message, ...fields })}\n`);
}

function credentialsOf(credentials: AgentConfig['bus']['credentials']): NatsCredentials {
  const text = (path: string) => readFileSync(path, 'utf8').trim();
  switch (credentials.kind) {
    case 'none':
      return { kind: 'none' };
    case 'credsFile':
      return { kind: 'creds', creds: text(credentials.path) };
    case 'nkeyFile':
      return { kind: 'nkey', seed: text(credentials.path) };
    case 'tokenFile':
      return { kind: 'token', token: text(credentials.path) };
    case 'passwordFile':
      return { kind: 'password', user: credentials.user, password: text(credentials.path) };
  }
}

async function main(): Promise<void> {
  const config = readAgentConfig(process.env['FLEETMEND_AGENT_CONFIG'] ?? '/etc/fleetmend/agent.yaml');
  const connection = loadKubeconfig({ files: config.kubernetes.kubeconfig, context: config.kubernetes.context });
  const bus = createNatsBus({
    servers: config.bus.servers,
    credentials: credentialsOf(config.bus.credentials),
    tls: config.bus.tls as { readonly caFile?: string } | undefined,
    clock: systemClock,
    random: systemRandom,
    onTrouble: (error) => log.warn(messageOf(error)),
  });
  const { hold, heartbeat, tick, evidenceBytes, logs } = config;
  const agent = await startAgent({
    cluster: config.cluster, server: connection.server, fetch: connection.fetch, headers: connection.headers, bus, clock: systemClock, random: systemRandom, stateDir: config.stateDir,
    settings: { hold, heartbeat, tick, evidenceBytes, logs }, log,
  });
  log.info(`watching ${connection.server} as cluster ${config.cluster}`);

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= agent.stop().then(() => bus.close()).then(() => connection.close());
    return stopping;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop().then(() => process.exit(0), () => process.exit(1)));
}

main().catch((error: unknown) => {
  write('error', messageOf(error), isPermanent(error) ? { reason: error.reason } : {});
  process.exitCode = 1;
});
