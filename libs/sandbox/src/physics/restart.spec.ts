import { expect, test } from 'vitest';
import { app, smallCluster } from './spec-support/small-cluster.ts';
import type { AppOptions } from './spec-support/small-cluster.ts';

/** How long each of twenty lives lasts: from a moment to half a minute, so that every step of a story is cut somewhere. */
const LIVES = Array.from({ length: 20 }, (_, index) => 37 + ((index * index * 613) % 30_000));

const stories: readonly (readonly [title: string, fault: AppOptions, repair: AppOptions])[] = [
  ['a memory limit that was too low', { args: ['--hold-memory=100Mi', '--listen=8080'], resources: { limits: { memory: '64Mi' } } }, { args: ['--hold-memory=100Mi', '--listen=8080'], resources: { limits: { memory: '128Mi' } } }],
  ['an image that does not exist', { image: '127.0.0.1:5999/labapp:2' }, { image: '127.0.0.1:5999/labapp:1' }],
  ['a probe on the wrong port', { args: ['--listen=8080'], livenessProbe: { tcpSocket: { port: 9090 }, periodSeconds: 1 } }, { args: ['--listen=8080'], livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } }],
];

test.each(stories)('killed twenty times and started again, the simulation goes on with %s, and its repair ends it', async (_, fault, repair) => {
  const cluster = smallCluster();
  cluster.apply(app(fault));
  let restarts = 0;
  const uids = new Set<string | undefined>();
  for (const life of LIVES) {
    await cluster.clock.run(life);
    const [pod] = cluster.pods();
    if (pod) uids.add(pod.metadata.uid);
    const now = pod?.status?.containerStatuses?.[0]?.restartCount ?? 0;
    expect(now).toBeGreaterThanOrEqual(restarts);
    restarts = now;
    cluster.restart();
  }
  expect(uids.size).toBe(1);
  cluster.apply(app(repair));
  for (const life of LIVES) {
    cluster.restart();
    await cluster.clock.run(life);
  }
  expect(cluster.pods().map(({ status }) => status?.containerStatuses?.[0]?.ready)).toEqual([true]);
  expect(cluster.errors).toEqual([]);
});
