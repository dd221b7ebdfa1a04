import { createInProcessBus, createNatsBus, type Bus, type NatsCredentials } from '@fleetmend/bus';
import { readSecret, type Environment, type HubConfig } from '@fleetmend/config';
import { PermanentError, type Clock, type Random } from '@fleetmend/kernel';

type NatsConfig = Extract<HubConfig['bus'], { kind: 'nats' }>;

export interface BusWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Environment;
  readonly onTrouble: (error: unknown) => void;
}

/** The courier that the config asks for. @throws PermanentError `SecretMissing`, `CredentialsUnclear`. */
export function openBus(config: HubConfig['bus'], { clock, random, env, onTrouble }: BusWorld): Bus {
  if (config.kind === 'in-process') return createInProcessBus({ clock });
  return createNatsBus({ servers: config.servers, credentials: credentialsOf(config, env), clock, random, onTrouble, ...(config.tls ? { tls: present(config.tls) } : {}) });
}

function credentialsOf({ credentials, nkey, token, user, password }: NatsConfig, env: Environment): NatsCredentials {
  const ways: readonly NatsCredentials[] = [
    ...(credentials ? [{ kind: 'creds', creds: readSecret(credentials, env) } as const] : []),
    ...(nkey ? [{ kind: 'nkey', seed: readSecret(nkey, env) } as const] : []),
    ...(token ? [{ kind: 'token', token: readSecret(token, env) } as const] : []),
    ...(user !== undefined && password ? [{ kind: 'password', user, password: readSecret(password, env) } as const] : []),
  ];
  const [first, second] = ways;
  if (second || (user === undefined) !== (password === undefined)) {
    throw new PermanentError('CredentialsUnclear', 'bus: give one of credentials, nkey, token, or user together with password');
  }
  return first ?? { kind: 'none' };
}

function present(tls: NonNullable<NatsConfig['tls']>): { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string } {
  return Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== undefined));
}
