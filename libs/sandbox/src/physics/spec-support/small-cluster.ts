import { seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { imageCatalog, LABAPP_IMAGE } from '../../images/catalog.ts';
import { createApiServer } from '../../api/api-server.ts';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import { openStore } from '../../store/store.ts';
import { startPhysics } from '../physics.ts';
import type { Physics } from '../physics.ts';
import { SHORT_PROFILE } from '../runtime/profile.ts';
import type { PhysicsProfile } from '../runtime/profile.ts';
import type { KubeEvent } from '../shapes/cluster.ts';
import type { Container, ContainerStatus, Pod, PodSpec } from '../shapes/pod.ts';
import type { Deployment } from '../shapes/workloads.ts';

export const TESTER = { manager: 'spec' } as const;

/** One cluster with one node and the namespace `shop`, on a virtual clock. */
export interface SmallCluster {
  readonly clock: VirtualClock;
  readonly objects: ClusterObjects;
  readonly errors: unknown[];
  physics: Physics;
  /** Ends the physics and starts it anew over the same objects, as after a kill. */
  restart(): void;
  apply(...objects: readonly KubeObject[]): void;
  pods(): readonly Pod[];
  /** The first container of the only pod. */
  container(): ContainerStatus;
  events(reason: string): readonly KubeEvent[];
  deployment(name?: string): Deployment;
}

export function smallCluster({ profile = SHORT_PROFILE, missing = [] }: { readonly profile?: PhysicsProfile; readonly missing?: readonly string[] } = {}): SmallCluster {
  const clock = new VirtualClock();
  const { objects } = createApiServer({ name: 'prod-1', store: openStore({ path: ':memory:' }), clock, random: seededRandom(3) });
  const errors: unknown[] = [];
  const start = () => startPhysics({ objects, clock, random: seededRandom(7), images: imageCatalog(missing), profile, failed: ({ error }) => errors.push(error) });
  objects.create<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, TESTER);
  objects.create<KubeObject>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1' } } }, TESTER);
  const cluster: SmallCluster = {
    clock,
    objects,
    errors,
    physics: start(),
    restart() {
      cluster.physics.stop();
      cluster.physics = start();
    },
    apply: (...applied) => applied.forEach((object) => objects.apply(object, TESTER)),
    pods: () => objects.list<Pod>('v1', 'Pod'),
    container() {
      const status = cluster.pods()[0]?.status?.containerStatuses?.[0];
      if (!status) throw new Error('there is no pod with a container status yet');
      return status;
    },
    events: (reason) => objects.list<KubeEvent>('v1', 'Event').filter((event) => event.reason === reason),
    deployment(name = 'checkout') {
      const found = objects.get<Deployment>('apps/v1', 'Deployment', 'shop', name);
      if (!found) throw new Error(`there is no Deployment shop/${name}`);
      return found;
    },
  };
  return cluster;
}

export interface AppOptions extends Partial<Omit<Container, 'name'>> {
  readonly name?: string;
  readonly replicas?: number;
  readonly pod?: Partial<PodSpec>;
  readonly spec?: Partial<Deployment['spec']>;
}

/** A Deployment of labapp in namespace `shop`. */
export function app({ name = 'checkout', replicas = 1, pod = {}, spec = {}, ...container }: AppOptions = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { ...pod, containers: [{ name: 'app', image: LABAPP_IMAGE, ...container }] } },
      ...spec,
    },
  };
}
