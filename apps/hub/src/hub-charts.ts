import { join } from 'node:path';
import { readSecret, type Environment, type HubConfig } from '@fleetmend/config';
import type { Clock } from '@fleetmend/kernel';
import type { Charts } from '@fleetmend/ports';
import { openCharts } from '@fleetmend/render';

interface ChartsWorld {
  readonly clock: Clock;
  readonly env: Environment;
  readonly fetch: typeof fetch;
}

/** Charts as the config allows them. @throws PermanentError `SecretMissing`. */
export function hubCharts({ charts: { repositories, cacheMiB }, stateDir }: Pick<HubConfig, 'charts' | 'stateDir'>, { clock, env, fetch }: ChartsWorld): Charts {
  return openCharts({
    repositories: repositories.map(({ authorization, ...repository }) => ({ ...repository, authorization: authorization && readSecret(authorization, env) })),
    dir: join(stateDir, 'charts'),
    maxBytes: cacheMiB * 1024 * 1024,
    clock,
    fetch,
  });
}
