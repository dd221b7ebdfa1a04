import { seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { LogRequest } from '../../api/routes/pod-logs.ts';
import { app, smallCluster } from '../spec-support/small-cluster.ts';
import type { SmallCluster } from '../spec-support/small-cluster.ts';

function request(cluster: SmallCluster, options: Partial<LogRequest> = {}): LogRequest {
  const [pod] = cluster.pods();
  if (!pod) throw new Error('there is no pod');
  return { pod, container: 'app', previous: false, follow: false, tailLines: undefined, sinceSeconds: undefined, sinceTime: undefined, limitBytes: undefined, timestamps: false, signal: new AbortController().signal, ...options };
}

async function read(cluster: SmallCluster, options: Partial<LogRequest> = {}): Promise<string> {
  let text = '';
  for await (const chunk of cluster.physics.podLogs(request(cluster, options))) text += chunk;
  return text;
}

const crashing = { args: ['--log=checkout 1.4.0', '--require-env=DB_HOST'] };

describe('the log of a container', () => {
  test('shows what its program printed', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ args: ['--log=one', '--log=two words', '--listen=8080'] }));
    await cluster.clock.run(seconds(10));
    expect(await read(cluster)).toBe('one\ntwo words\nlistening on :8080\n');
    expect(await read(cluster, { tailLines: 1 })).toBe('listening on :8080\n');
    expect(await read(cluster, { limitBytes: 5 })).toBe('one\nt');
    expect(await read(cluster, { timestamps: true })).toMatch(/^2026-01-05T09:00:0\d\.\d{6}Z one\n/);
  });

  test('of a crash loop keeps the life before as previous', async () => {
    const cluster = smallCluster();
    cluster.apply(app(crashing));
    await cluster.clock.runUntil(() => cluster.pods()[0]?.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff', seconds(30));
    const last = 'checkout 1.4.0\nlabapp: required environment variable DB_HOST is not set\n';
    expect(await read(cluster)).toBe(last);
    expect(await read(cluster, { previous: true })).toBe(last);
  });

  test('of a running container is there again after the simulation was started anew', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ args: ['--log=one', '--listen=8080'] }));
    await cluster.clock.run(seconds(10));
    cluster.restart();
    await cluster.clock.run(seconds(10));
    expect(await read(cluster)).toBe('one\nlistening on :8080\n');
  });

  test('can be followed until the container ends', async () => {
    const cluster = smallCluster();
    cluster.apply(app({ args: ['--log=one', '--require-dns=db', '--exit=1'] }));
    await cluster.clock.run(seconds(2));
    const following = read(cluster, { follow: true });
    await cluster.clock.run(seconds(30));
    expect(await following).toBe('one\nlabapp: lookup db: no such host\n');
  });

  test.each([
    ['of a container that waits for its image', { image: '127.0.0.1:5999/labapp:7' }, false, /^container "app" in pod "checkout-\w+-\w+" is waiting to start: trying and failing to pull image$/],
    ['of a life that never was', { args: ['--listen=8080'] }, true, /^previous terminated container "app" in pod "checkout-\w+-\w+" not found$/],
  ])('%s is refused', async (_, options, previous, message) => {
    const cluster = smallCluster();
    cluster.apply(app(options));
    await cluster.clock.run(seconds(10));
    expect(() => cluster.physics.podLogs(request(cluster, { previous }))).toThrow(message);
  });
});
