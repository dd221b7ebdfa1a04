import { createNatsBus, type Bus, type NatsCredentials, type NatsOptions } from '@fleetmend/bus';
import { readSecret, type AgentConfig, type Environment } from '@fleetmend/config';
import { PermanentError } from '@fleetmend/kernel';

type BusConfig = AgentConfig['bus'];
type NatsConfig = Extract<BusConfig, { kind: 'nats' }>;

/**
 * The courier that the config asks for. Who runs in a process of its own has nobody to talk to within it.
 * @throws PermanentError `ConfigInvalid`, `SecretMissing`.
 */
export function openBus(config: BusConfig, { env, ...rest }: Pick<NatsOptions, 'clock' | 'random' | 'onTrouble'> & { readonly env: Environment }): Bus {
  if (config.kind === 'in-process') throw new PermanentError('ConfigInvalid', 'bus.kind is in-process, but this process runs alone: set it to nats and name the servers');
  const { caFile, certFile, keyFile } = config.tls ?? {};
  const tls = config.tls && { ...(caFile ? { caFile } : {}), ...(certFile ? { certFile } : {}), ...(keyFile ? { keyFile } : {}) };
  return createNatsBus({ servers: config.servers, credentials: credentialsOf(config, env), ...rest, ...(tls ? { tls } : {}) });
}

function credentialsOf({ credentials, nkey, token, user, password }: NatsConfig, env: Environment): NatsCredentials {
  if (credentials) return { kind: 'creds', creds: readSecret(credentials, env) };
  if (nkey) return { kind: 'nkey', seed: readSecret(nkey, env) };
  if (token) return { kind: 'token', token: readSecret(token, env) };
  if (user && password) return { kind: 'password', user, password: readSecret(password, env) };
  return { kind: 'none' };
}
