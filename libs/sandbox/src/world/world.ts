import { PermanentError } from '@fleetmend/kernel';
import type { Clock, Random } from '@fleetmend/kernel';
import { createApiServer } from '../api/api-server.ts';
import type { ApiServer, ApiServerOptions } from '../api/api-server.ts';
import { startApplier } from '../applier/applier.ts';
import type { Applier, ApplierOptions } from '../applier/applier.ts';
import { imageCatalog } from '../images/catalog.ts';
import type { ClusterObjects } from '../objects.ts';
import { startPhysics } from '../physics/physics.ts';
import type { Physics, PhysicsOptions } from '../physics/physics.ts';
import type { PhysicsProfile } from '../physics/runtime/profile.ts';
import { SHORT_PROFILE } from '../physics/runtime/profile.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { engineCrds } from './engine-crds.ts';
import { ensureNodes, ensureStorageClass } from './nodes.ts';

export interface WorldOptions {
  /** Names of the workload clusters, in order. */
  readonly clusters: readonly string[];
  readonly clock: Clock;
  /**
   * Where names, uids and small delays come from. A world that continues from a state file needs numbers that its earlier life did not use:
   * seed it anew at each start, except in tests.
   */
  readonly random: Random;
  /** A state file, `:memory:`, or a store that is open already. */
  readonly state: string | Store;
  readonly profile?: PhysicsProfile;
  /** The repository behind a URL in an engine object. */
  readonly repositories: ApplierOptions['repositories'];
  readonly renderers?: ApplierOptions['renderers'];
  readonly charts?: ApplierOptions['charts'];
  readonly argoInterval?: ApplierOptions['argoInterval'];
  /** Ends of image names that do not exist; see `imageCatalog`. */
  readonly missingImages?: readonly string[];
  /** Further definitions to install in every cluster. */
  readonly crds?: ApiServerOptions['crds'];
  readonly certificateAuthority?: string;
  readonly failed?: PhysicsOptions['failed'];
}

export interface WorldCluster {
  readonly name: string;
  readonly server: ApiServer;
  readonly objects: ClusterObjects;
  readonly physics: Physics;
  readonly applier: Applier;
}

export interface World {
  readonly store: Store;
  readonly clusters: readonly WorldCluster[];
  /** @throws PermanentError `UnknownCluster` */
  cluster(name: string): WorldCluster;
  /** A branch moved: every cluster looks at once. */
  nudge(): void;
  /** Gives nodes and a default StorageClass to every cluster that has none. Call it after a scenario's own objects are there. */
  furnish(): void;
  /** Stops everything and, where the world opened it, closes the store. */
  close(): void;
}

/**
 * A fleet of embedded clusters: each with its API server, its physics, and a controller that applies a Git repository.
 * Started over the state of an earlier life, it goes on where that one stopped.
 *
 * @example
 * const world = createWorld({ clusters: ['prod-1'], clock, random, state: ':memory:', repositories: () => repository });
 * world.furnish();
 * deployFolder(world.cluster('prod-1').objects, { engine: 'flux', path: 'apps', url, branch: 'main' });
 */
export function createWorld(options: WorldOptions): World {
  const { clusters: names, clock, random, state, profile = SHORT_PROFILE, failed = () => undefined } = options;
  const store = typeof state === 'string' ? openStore({ path: state }) : state;
  const images = imageCatalog(options.missingImages);
  const destinations: NonNullable<ApplierOptions['destinations']> = ({ server, name }) => {
    const wanted = name ?? server?.replace(/^https?:\/\//, '').replace(/[:/.].*$/, '');
    return clusters.find((cluster) => cluster.name === wanted)?.objects;
  };
  const clusters: readonly WorldCluster[] = names.map((name) => {
    const late: { physics?: Physics } = {};
    const server = createApiServer({
      name,
      store,
      clock,
      random,
      crds: [...engineCrds(), ...(options.crds ?? [])] as NonNullable<ApiServerOptions['crds']>,
      logs: (request) => {
        if (!late.physics) throw new Error(`the nodes of cluster ${name} are not up yet: try again`);
        return late.physics.podLogs(request);
      },
      ...(options.certificateAuthority === undefined ? {} : { certificateAuthority: options.certificateAuthority }),
    });
    const { objects } = server;
    const physics = startPhysics({ objects, clock, random, images, profile, failed });
    late.physics = physics;
    const applier = startApplier({
      objects,
      clock,
      repositories: options.repositories,
      destinations,
      failed,
      ...(options.renderers ? { renderers: options.renderers } : {}),
      ...(options.charts ? { charts: options.charts } : {}),
      ...(options.argoInterval === undefined ? {} : { argoInterval: options.argoInterval }),
    });
    return { name, server, objects, physics, applier };
  });

  return {
    store,
    clusters,
    cluster(name) {
      const found = clusters.find((cluster) => cluster.name === name);
      if (!found) throw new PermanentError('UnknownCluster', `this world has no cluster "${name}": it has ${names.join(', ')}`);
      return found;
    },
    nudge: () => clusters.forEach(({ applier }) => applier.nudge()),
    furnish() {
      for (const { name, objects } of clusters) {
        ensureNodes(objects, name);
        ensureStorageClass(objects);
      }
    },
    close() {
      for (const { applier, physics, server } of clusters) {
        applier.stop();
        physics.stop();
        server.close();
      }
      if (typeof state === 'string') store.close();
    },
  };
}
