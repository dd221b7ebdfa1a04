import { readFileSync } from 'node:fs';
import { messageOf, parse, parseDuration, PermanentError } from '@fleetmend/kernel';
import { Label } from '@fleetmend/model';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const duration = (otherwise: string) => z.string().regex(/^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/).min(2).default(otherwise).transform(parseDuration);

const Credentials = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('credsFile'), path: z.string() }),
  z.strictObject({ kind: z.literal('nkeyFile'), path: z.string() }),
  z.strictObject({ kind: z.literal('tokenFile'), path: z.string() }),
  z.strictObject({ kind: z.literal('passwordFile'), user: z.string(), path: z.string() }),
]);

/** The agent's config file. Every key is known; one that is not is an error that names it. */
export const AgentConfig = z.strictObject({
  /** Name of this cluster: an RFC 1123 label, equal to its FleetCluster in the hub. */
  cluster: Label,
  kubernetes: z.strictObject({ kubeconfig: z.array(z.string()).default([]), context: z.string().optional() }).default({ kubeconfig: [] }),
  bus: z.strictObject({
    servers: z.array(z.string().regex(/^(nats|tls|ws|wss):\/\//)).min(1),
    credentials: Credentials.default({ kind: 'none' }),
    tls: z.strictObject({ caFile: z.string().optional(), certFile: z.string().optional(), keyFile: z.string().optional() }).optional(),
  }),
  stateDir: z.string().default('/var/lib/fleetmend-agent'),
  hold: duration('5m'),
  heartbeat: duration('1m'),
  tick: duration('500ms'),
  evidenceBytes: z.int().min(0).default(64 * 1024 * 1024),
  /** Container logs for evidence: all, none, or of these namespaces. */
  logs: z.union([z.boolean(), z.array(z.string())]).default(true),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

/**
 * Reads a config file, YAML or JSON.
 * @throws PermanentError `ConfigUnreadable`, `Malformed`, naming file and key.
 */
export function readAgentConfig(path: string): AgentConfig {
  return parse(AgentConfig, readYaml(path), `config file ${path}`);
}

function readYaml(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new PermanentError('ConfigUnreadable', `cannot read config file ${path}: ${messageOf(cause)}; name a file that exists and is YAML`, { cause });
  }
}
