import type { Clock, Random } from '@fleetmend/kernel';
import { createAdmission } from '../admission/admission.ts';
import { keepQuotaStatus } from '../admission/quota.ts';
import type { ClusterObjects } from '../objects.ts';
import type { Store } from '../store/store.ts';
import { furnish } from './bootstrap.ts';
import type { Cluster } from './cluster.ts';
import { createClusterObjects } from './cluster-objects.ts';
import { installDefinitions, serveDefinitions } from './custom/definitions.ts';
import { startGarbageCollection } from './garbage.ts';
import type { Json } from './json.ts';
import { createTypeRegistry } from './resource-types.ts';
import { createRouter, type RequestContext } from './routes/router.ts';
import type { PodLogs } from './routes/pod-logs.ts';

export interface ApiServerOptions {
  /** The cluster's name; its objects are kept under it. */
  readonly name: string;
  readonly store: Store;
  readonly clock: Clock;
  /** Source of uids and generated names. */
  readonly random: Random;
  /** CustomResourceDefinitions to install before the first request. */
  readonly crds?: readonly Json[];
  /** Who answers `pods/log`; without one the log of every pod is empty. */
  readonly logs?: PodLogs;
  /** PEM text for `kube-root-ca.crt`. */
  readonly certificateAuthority?: string;
}

/** One embedded Kubernetes API server. */
export interface ApiServer {
  readonly name: string;
  readonly objects: ClusterObjects;
  /** The whole HTTP API as a function: watches answer with an endless body, which ends when it is cancelled. */
  fetch(request: Request, context?: RequestContext): Promise<Response>;
  /** Ends collection and every open watch. The store stays open: it belongs to whoever opened it. */
  close(): void;
}

/**
 * @throws PermanentError `BadDefinition` when one of `crds` is refused, with the API's own words
 * @example
 * const store = openStore({ path: ':memory:' });
 * const server = createApiServer({ name: 'prod-1', store, clock, random: seededRandom(1) });
 * await server.fetch(new Request('https://prod-1/api/v1/namespaces'));
 */
export function createApiServer({ name, store, clock, random, crds = [], logs, certificateAuthority = '' }: ApiServerOptions): ApiServer {
  const cluster: Cluster = { name, store: store.cluster(name), clock, random, types: createTypeRegistry(), admission: createAdmission() };
  const stops = [startGarbageCollection(cluster), serveDefinitions(cluster), keepQuotaStatus(cluster), furnish(cluster, certificateAuthority)];
  installDefinitions(cluster, crds);
  const router = createRouter({ cluster, flush: store.flush, logs });
  return {
    name,
    objects: createClusterObjects(cluster),
    fetch: router.fetch,
    close() {
      for (const stop of stops) stop();
      router.close();
    },
  };
}
