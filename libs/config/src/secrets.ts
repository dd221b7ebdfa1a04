import { readFileSync } from 'node:fs';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { SecretRef } from './config-parts.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names of keys whose value is a secret, in the config of any plugin. */
const SECRET_NAME = /(token|password|passphrase|secret|credentials?|private_?key|api_?key|routing_?key|signing_?key)$/i;

/**
 * The secret that a reference points at, without a final line end.
 * @throws PermanentError `SecretMissing` naming the reference, never the value.
 */
export function readSecret(reference: SecretRef, env: Environment): string {
  const value = 'env' in reference ? env[reference.env] : readSecretFile(reference.file);
  if (value === undefined || value === '') {
    throw new PermanentError('SecretMissing', `the secret from ${'env' in reference ? `environment variable ${reference.env}` : `file ${reference.file}`} is empty or not set: mount it from a Kubernetes Secret`);
  }
  return value.replace(/\r?\n$/, '');
}

function readSecretFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PermanentError('SecretMissing', `the secret file ${file} cannot be read: ${messageOf(error)}; mount it from a Kubernetes Secret`, { cause: error });
  }
}

/**
 * A plugin's config with each `{env}` or `{file}` under a secret-like key replaced by its value.
 * @throws PermanentError `SecretInConfig` for a secret that stands there in plain text.
 */
export function resolveSecrets<T>(config: T, env: Environment, what: string): T {
  return resolveValue(config, env, what) as T;
}

function resolveValue(value: unknown, env: Environment, path: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => resolveValue(item, env, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, SECRET_NAME.test(key) ? secretAt(item, env, `${path}.${key}`) : resolveValue(item, env, `${path}.${key}`)]));
}

function secretAt(value: unknown, env: Environment, path: string): unknown {
  const reference = SecretRef.safeParse(value);
  if (reference.success) return readSecret(reference.data, env);
  if (typeof value === 'string') throw new PermanentError('SecretInConfig', `${path} holds a secret in plain text: write {env: NAME} or {file: PATH}, and renew the secret, for it may have been seen`);
  return value;
}
