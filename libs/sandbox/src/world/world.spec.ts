import { minutes, seconds, seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { expect, test } from 'vitest';
import { memoryRepository } from '../applier/spec-support/memory-repository.ts';
import type { MemoryRepository } from '../applier/spec-support/memory-repository.ts';
import type { Pod } from '../physics/shapes/pod.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { demoFleet } from './demo-fleet.ts';
import { deployFolder } from './deploy-folder.ts';
import { unhealthyWorkloads } from './play-scenario.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const URL = 'http://git.example/fleet.git';

interface Bench {
  readonly clock: VirtualClock;
  readonly repository: MemoryRepository;
  readonly errors: unknown[];
  readonly store: Store;
}

function start({ clock, repository, errors, store }: Bench, seed: number): World {
  return createWorld({ clusters: demoFleet().clusters.map(({ name }) => name), clock, random: seededRandom(seed), state: store, repositories: () => repository, failed: ({ error }) => errors.push(error) });
}

async function demo() {
  const bench: Bench = { clock: new VirtualClock(), repository: memoryRepository(), errors: [], store: openStore({ path: ':memory:' }) };
  const fleet = demoFleet();
  await bench.repository.commit({ branch: 'main', files: fleet.initial.files, message: fleet.initial.message });
  const world = start(bench, 1);
  world.furnish();
  for (const { name, engine, path } of fleet.clusters) deployFolder(world.cluster(name).objects, { engine, path, url: URL, branch: 'main' });
  return { ...bench, bench, fleet, world };
}

const sick = (world: World) => world.clusters.flatMap(({ name, objects }) => unhealthyWorkloads(objects).map((workload) => `${name} ${workload}`));

async function raise(repository: MemoryRepository, file: string): Promise<void> {
  const before = (await repository.files(await repository.head('main'), file.slice(0, file.lastIndexOf('/')))).get(file) ?? '';
  expect(before).toContain('memory: 64Mi');
  await repository.write({ [file]: before.replace('memory: 64Mi', 'memory: 128Mi') });
}

/** A fleet is a few seconds of work on a busy machine. */
const PATIENCE = { timeout: 60_000 };

test('the demo fleet is some twenty workloads of which only checkout fails, until 128Mi; later the second commit takes memory from ledger and nothing else', PATIENCE, async () => {
  const { world, clock, repository, fleet, errors } = await demo();
  await clock.run(minutes(1));
  const workloads = world.clusters.flatMap(({ objects }) => ['Deployment', 'StatefulSet', 'DaemonSet'].flatMap((kind) => objects.list('apps/v1', kind)).concat(objects.list('batch/v1', 'CronJob')));
  expect(workloads).toHaveLength(20);
  expect(sick(world)).toEqual(['prod-1 Deployment/shop/checkout: Waiting for rollout to finish: 0 of 1 updated replicas are available...']);
  const [pod] = world.cluster('prod-1').objects.list<Pod>('v1', 'Pod', { namespace: 'shop', labels: { 'app.kubernetes.io/name': 'checkout' } });
  expect(pod?.status?.containerStatuses?.[0]?.lastState.terminated?.reason).toBe('OOMKilled');

  await raise(repository, 'clusters/prod-1/shop/checkout.yaml');
  world.nudge();
  await clock.run(seconds(15));
  expect(sick(world)).toEqual([]);

  await repository.commit({ branch: 'main', files: fleet.second.files, message: fleet.second.message });
  world.nudge();
  await clock.run(seconds(30));
  expect(sick(world)).toEqual([expect.stringMatching(/^prod-1 Deployment\/payments\/ledger: /)]);
  expect(errors).toEqual([]);
});

test('a world that was killed goes on over its state: no pod is replaced, no counter starts again', PATIENCE, async () => {
  const { bench, world, clock, repository, errors } = await demo();
  await clock.run(minutes(1));
  const before = world.clusters.flatMap(({ objects }) => objects.list<Pod>('v1', 'Pod').map(({ metadata }) => metadata.uid));
  world.close();
  const again = start(bench, 2);
  await clock.run(minutes(1));
  const after = again.clusters.flatMap(({ objects }) => objects.list<Pod>('v1', 'Pod').map(({ metadata }) => metadata.uid));
  expect(after).toEqual(before);
  await raise(repository, 'clusters/prod-1/shop/checkout.yaml');
  again.nudge();
  await clock.run(seconds(15));
  expect(sick(again)).toEqual([]);
  expect(errors).toEqual([]);
});

test('a cluster that the world does not have is refused by name', () => {
  const world = createWorld({ clusters: ['prod-1', 'prod-2'], clock: new VirtualClock(), random: seededRandom(1), state: ':memory:', repositories: () => undefined });
  expect(() => world.cluster('prod-9')).toThrow('this world has no cluster "prod-9": it has prod-1, prod-2');
});
