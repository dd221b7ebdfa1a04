import { minutes, seconds } from '@fleetmend/kernel';
import { expect, test } from 'vitest';
import { app, smallCluster } from './spec-support/small-cluster.ts';
import type { AppOptions } from './spec-support/small-cluster.ts';

const POINTS = Array.from({ length: 20 }, (_, index) => 137 * index * (index + 1));

const stories: readonly (readonly [title: string, fault: AppOptions, repair: AppOptions])[] = [
  ['a memory limit that was too low', { args: ['--hold-memory=100Mi', '--listen=8080'], resources: { limits: { memory: '64Mi' } } }, { args: ['--hold-memory=100Mi', '--listen=8080'], resources: { limits: { memory: '128Mi' } } }],
  ['an image that does not exist', { image: '127.0.0.1:5999/labapp:2' }, { image: '127.0.0.1:5999/labapp:1' }],
  ['a probe on the wrong port', { args: ['--listen=8080'], livenessProbe: { tcpSocket: { port: 9090 }, periodSeconds: 1 } }, { args: ['--listen=8080'], livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } }],
];

test.each(stories)('killed at any of twenty points and started again, the simulation goes on with %s, and its repair ends it', async (_, fault, repair) => {
  for (const point of POINTS) {
    const cluster = smallCluster();
    cluster.apply(app({ ...fault, replicas: 1 }));
    await cluster.clock.run(point);
    const before = cluster.pods().map(({ metadata, status }) => ({ uid: metadata.uid, restarts: status?.containerStatuses?.[0]?.restartCount ?? 0 }));
    cluster.restart();
    await cluster.clock.run(seconds(30));
    const [was] = before;
    const [is] = cluster.pods();
    if (was) expect({ point, uid: is?.metadata.uid }).toEqual({ point, uid: was.uid });
    expect(cluster.container().restartCount).toBeGreaterThanOrEqual(was?.restarts ?? 0);
    cluster.apply(app({ ...repair, replicas: 1 }));
    cluster.restart();
    await cluster.clock.run(minutes(1));
    expect({ point, ready: cluster.pods().map(({ status }) => status?.containerStatuses?.[0]?.ready), errors: cluster.errors }).toEqual({ point, ready: [true], errors: [] });
  }
});
