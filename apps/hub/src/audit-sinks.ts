import { join } from 'node:path';
import { elasticsearchSink, lokiSink, startOutbox } from '@fleetmend/audit';
import { readSecret, type Environment, type HubConfig } from '@fleetmend/config';
import type { Clock, Random } from '@fleetmend/kernel';

export interface AuditSinksOptions {
  readonly config: Pick<HubConfig, 'audit' | 'stateDir'>;
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Environment;
  readonly fetch: typeof fetch;
  readonly warn: (message: string) => void;
}

/** Starts one outbox for each sink of the config. Each keeps its own place, by the order of the list. */
export function startAuditSinks({ config, file, clock, random, env, fetch, warn }: AuditSinksOptions): { behind(): string | undefined; stop(): Promise<void> } {
  const outboxes = config.audit.sinks.map((sink, at) => {
    const parts = { url: sink.url, authorization: sink.authorization === undefined ? undefined : readSecret(sink.authorization, env), fetch };
    const made = sink.kind === 'loki' ? lokiSink({ ...parts, tenant: sink.tenant }) : elasticsearchSink({ ...parts, index: sink.index });
    return { file, cursorFile: join(config.stateDir, `audit.${at}.${sink.kind}.cursor`), sink: made, clock, random, warn };
  });
  const started = outboxes.map((options) => startOutbox(options));
  return {
    behind: () => started.map((outbox) => outbox.behind()).find((reason) => reason !== undefined),
    stop: async () => void (await Promise.all(started.map((outbox) => outbox.stop()))),
  };
}
