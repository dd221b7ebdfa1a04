import { minutes, seconds } from '@fleetmend/kernel';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../objects.ts';
import { findCondition } from '../runtime/conditions.ts';
import { app, smallCluster } from '../spec-support/small-cluster.ts';
import type { AppOptions, SmallCluster } from '../spec-support/small-cluster.ts';

const listening = { args: ['--listen=8080', '--health=/healthz'] };
const configMap = (name: string, data: Record<string, string>): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data });

async function run(options: AppOptions, { before = [], time = seconds(20), missing = [] }: { readonly before?: readonly KubeObject[]; readonly time?: number; readonly missing?: readonly string[] } = {}): Promise<SmallCluster> {
  const cluster = smallCluster({ missing });
  cluster.apply(...before, app(options));
  await cluster.clock.run(time);
  expect(cluster.errors).toEqual([]);
  return cluster;
}

describe('a container that cannot start waits, and says why as a kubelet does', () => {
  const cases: readonly (readonly [title: string, options: AppOptions, reason: string, message: RegExp])[] = [
    ['a tag that the repository does not have', { image: '127.0.0.1:5999/labapp:9' }, 'ImagePullBackOff', /^Back-off pulling image "127\.0\.0\.1:5999\/labapp:9": ErrImagePull: .*: not found$/],
    ['a repository that does not exist below the lab address', { image: '127.0.0.1:5999/labap:1' }, 'ImagePullBackOff', /labap:1: not found$/],
    ['an image that is not there and may not be pulled', { image: 'nginx:1.27', imagePullPolicy: 'Never' }, 'ErrImageNeverPull', /^Container image "nginx:1\.27" is not present with pull policy of Never$/],
    ['a name that is no image reference', { image: 'Shop/Cart:1::2' }, 'InvalidImageName', /couldn't parse image name "Shop\/Cart:1::2": invalid reference format/],
    ['a ConfigMap that does not exist', { envFrom: [{ configMapRef: { name: 'settings' } }] }, 'CreateContainerConfigError', /^configmap "settings" not found$/],
    ['a Secret that does not exist', { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } }] }, 'CreateContainerConfigError', /^secret "token" not found$/],
    ['a user that may not be root', { image: 'nginx:1.27', securityContext: { runAsNonRoot: true } }, 'CreateContainerConfigError', /^container has runAsNonRoot and image will run as root/],
    ['a command that does not exist', { command: ['/nope'] }, 'CrashLoopBackOff', /^back-off/],
    ['a command that is not in the path', { command: ['migrate'] }, 'CrashLoopBackOff', /^back-off/],
  ];
  test.each(cases)('%s', async (_, options, reason, message) => {
    const cluster = smallCluster();
    cluster.apply(app(options));
    await cluster.clock.runUntil(() => cluster.pods()[0]?.status?.containerStatuses?.[0]?.state.waiting?.reason === reason, minutes(1), reason);
    expect(cluster.container().state.waiting?.message).toMatch(message);
    expect(cluster.container()).toMatchObject({ ready: false, started: false });
    expect(cluster.errors).toEqual([]);
  });

  test('a key that the ConfigMap does not hold is named with the ConfigMap', async () => {
    const reference = { name: 'settings', key: 'db-host' };
    const cluster = await run({ env: [{ name: 'DB_HOST', valueFrom: { configMapKeyRef: reference } }] }, { before: [configMap('settings', { 'db-hots': 'postgres' })] });
    expect(cluster.container().state.waiting).toEqual({ reason: 'CreateContainerConfigError', message: "couldn't find key db-host in ConfigMap shop/settings" });
    cluster.apply(configMap('settings', { 'db-host': 'postgres' }));
    await cluster.clock.run(seconds(20));
    expect(cluster.container().state.running).toBeDefined();
  });

  test('a pull error and its back-off alternate, and the pull succeeds once the image is there', async () => {
    const cluster = smallCluster({ missing: [':2.0.0'] });
    cluster.apply(app({ image: 'registry.example.com/shop/cart:2.0.0' }));
    const reasons = new Set<string>();
    for (let step = 0; step < 120; step += 1) {
      await cluster.clock.run(500);
      reasons.add(cluster.container().state.waiting?.reason ?? 'none');
    }
    expect([...reasons]).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']);
    expect(cluster.events('BackOff').map(({ message }) => message)).toEqual(['Back-off pulling image "registry.example.com/shop/cart:2.0.0"']);
    expect(cluster.events('Failed').map(({ message }) => message)).toContain('Error: ImagePullBackOff');
    cluster.apply(app({ image: 'registry.example.com/shop/cart:2.0.1' }));
    await cluster.clock.run(seconds(10));
    expect(cluster.pods().map(({ status }) => status?.phase)).toEqual(['Running']);
  });

  test('a missing executable ends with StartError and exit code 128 in lastState', async () => {
    const cluster = await run({ command: ['/nope'] }, { time: seconds(8) });
    expect(cluster.container().lastState.terminated).toMatchObject({ reason: 'StartError', exitCode: 128, startedAt: '1970-01-01T00:00:00Z', message: expect.stringContaining('exec: "/nope": stat /nope: no such file or directory') });
  });

  test('a volume from a missing ConfigMap keeps the pod in ContainerCreating with a FailedMount event', async () => {
    const cluster = await run({ volumeMounts: [{ name: 'config', mountPath: '/etc/app' }], pod: { volumes: [{ name: 'config', configMap: { name: 'settings' } }] } });
    expect(cluster.container().state.waiting?.reason).toBe('ContainerCreating');
    expect(cluster.events('FailedMount')[0]?.message).toBe('MountVolume.SetUp failed for volume "config" : configmap "settings" not found');
    expect(cluster.events('FailedMount')[0]?.count).toBeGreaterThan(2);
  });
});

describe('labapp does what its flags say', () => {
  const crashes: readonly (readonly [title: string, options: AppOptions, exitCode: number])[] = [
    ['an unknown flag', { args: ['--lsten=8080'] }, 2],
    ['a variable with another value', { args: ['--require-env=DB_HOST=postgres'], env: [{ name: 'DB_HOST', value: 'postgress' }] }, 1],
    ['a file that is not mounted', { args: ['--require-file=/etc/app/app.yaml'] }, 1],
    ['a host name that no Service has', { args: ['--require-dns=db.shop'] }, 1],
    ['a port that nobody serves', { args: ['--require-connect=db:5432'] }, 1],
    ['a file on a read-only root', { args: ['--write=/tmp/x'], securityContext: { readOnlyRootFilesystem: true } }, 1],
    ['a file in a folder that is not there', { args: ['--write=/data/x'] }, 1],
    ['a port twice', { args: ['--listen=8080', '--listen=8080'] }, 1],
    ['an exit code of its own', { args: ['--exit-after=1s', '--exit=7'] }, 7],
  ];
  test.each(crashes)('%s ends it', async (_, options, exitCode) => {
    const cluster = await run(options, { time: seconds(30) });
    expect(cluster.container().lastState.terminated).toMatchObject({ reason: 'Error', exitCode });
    expect(cluster.container().restartCount).toBeGreaterThan(0);
  });

  test('what it requires is found in mounted files, variables and Services', async () => {
    const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'shop' }, spec: { selector: { app: 'db' }, ports: [{ name: 'sql', port: 5432, targetPort: 'sql' }] } };
    const cluster = smallCluster();
    cluster.apply(service, configMap('settings', { 'app.yaml': 'x: 1' }), app({ name: 'db', args: ['--listen=15432'], ports: [{ name: 'sql', containerPort: 15432 }] }));
    await cluster.clock.run(seconds(10));
    cluster.apply(
      app({
        args: ['--require-env=DB=db.shop', '--require-file=/etc/app/app.yaml', '--require-dns=$(DB)', '--require-connect=db:5432', '--write=/data/x', '--listen=8080'],
        env: [{ name: 'DB', value: 'db.shop' }],
        volumeMounts: [{ name: 'config', mountPath: '/etc/app' }, { name: 'data', mountPath: '/data' }],
        pod: { volumes: [{ name: 'config', configMap: { name: 'settings' } }, { name: 'data', emptyDir: {} }] },
      }),
    );
    await cluster.clock.run(seconds(10));
    expect(cluster.pods().map(({ status }) => status?.containerStatuses?.[0]?.restartCount)).toEqual([0, 0]);
    expect(cluster.pods().every(({ status }) => findCondition(status?.conditions, 'Ready')?.status === 'True')).toBe(true);
  });
});

describe('probes', () => {
  const http = (path: string, port: number | string) => ({ httpGet: { path, port }, periodSeconds: 1, failureThreshold: 2 });

  test('a readiness probe on the wrong port keeps a running container unready', async () => {
    const cluster = await run({ ...listening, readinessProbe: http('/healthz', 8081) });
    expect(cluster.container()).toMatchObject({ ready: false, started: true, restartCount: 0, state: { running: {} } });
    expect(cluster.events('Unhealthy')[0]?.message).toMatch(/^Readiness probe failed: Get "http:\/\/10\.244\.1\.\d+:8081\/healthz": dial tcp 10\.244\.1\.\d+:8081: connect: connection refused$/);
    expect(findCondition(cluster.pods()[0]?.status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [app]' });
  });

  test('a readiness probe waits out --ready-after with 503', async () => {
    const cluster = await run({ args: [...listening.args, '--ready-after=10s'], readinessProbe: http('/healthz', 8080) }, { time: seconds(5) });
    expect(cluster.events('Unhealthy')[0]?.message).toBe('Readiness probe failed: HTTP probe failed with statuscode: 503');
    await cluster.clock.run(seconds(10));
    expect(cluster.container().ready).toBe(true);
  });

  test('a liveness probe on the wrong path restarts the container, and in the end it crash-loops', async () => {
    const cluster = await run({ ...listening, livenessProbe: http('/live', 8080) }, { time: seconds(30) });
    expect(cluster.events('Killing')[0]?.message).toBe('Container app failed liveness probe, will be restarted');
    expect(cluster.events('Unhealthy')[0]?.message).toBe('Liveness probe failed: HTTP probe failed with statuscode: 404');
    expect(cluster.container().restartCount).toBeGreaterThan(1);
  });

  test('a probe that cannot be tried counts neither way: a liveness probe ends nothing, a readiness probe makes nothing ready', async () => {
    const cluster = await run({ ...listening, livenessProbe: http('/healthz', 'web'), readinessProbe: { exec: { command: ['/bin/ready'] }, periodSeconds: 1, failureThreshold: 2 } });
    expect(cluster.container()).toMatchObject({ ready: false, restartCount: 0 });
    const messages = cluster.events('Unhealthy').map(({ message }) => message);
    expect(messages).toContain('Liveness probe errored and resulted in unknown state: strconv.Atoi: parsing "web": invalid syntax');
    expect(messages.some((message) => /^Readiness probe errored and resulted in unknown state: rpc error: .*failed to start exec "[0-9a-f]{64}": .*exec: "\/bin\/ready": stat \/bin\/ready: no such file or directory: unknown$/.test(message ?? ''))).toBe(true);
  });

  test.each([
    ['--require-file=/etc/hosts-of-shop', 'Liveness probe failed: labapp: required file /etc/hosts-of-shop: no such file or directory\n'],
    ['--require-dns=nobody.shop', 'Liveness probe failed: command timed out: "/labapp --require-dns=nobody.shop" timed out after 1s'],
  ])('a command of a probe runs in the container: %s', async (flag, message) => {
    const cluster = await run({ ...listening, livenessProbe: { exec: { command: ['/labapp', flag] }, periodSeconds: 1, failureThreshold: 2 } });
    expect(cluster.events('Unhealthy')[0]?.message).toBe(message);
    expect(cluster.container().restartCount).toBeGreaterThan(0);
  });

  test('a startup probe holds back the others until the container has started', async () => {
    const cluster = await run({ args: [...listening.args, '--ready-after=8s'], startupProbe: { ...http('/healthz', 8080), failureThreshold: 30 }, livenessProbe: http('/healthz', 8080) });
    expect(cluster.container()).toMatchObject({ ready: true, started: true, restartCount: 0 });
  });

  test('a named port is found in the container', async () => {
    const cluster = await run({ ...listening, ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: http('/healthz', 'http') });
    expect(cluster.container().ready).toBe(true);
  });
});

describe('hooks', () => {
  const postStart = (...command: string[]) => ({ ...listening, lifecycle: { postStart: { exec: { command } } } });

  test('a postStart hook that fails ends the container, again and again', async () => {
    const cluster = smallCluster();
    cluster.apply(app(postStart('/labapp', '--require-file=/etc/warm')));
    await cluster.clock.runUntil(() => cluster.pods()[0]?.status?.containerStatuses?.[0]?.state.waiting?.reason === 'PostStartHookError', minutes(1), 'PostStartHookError');
    expect(cluster.container().state.waiting?.message).toMatch(/^Exec lifecycle hook \(\[\/labapp --require-file=\/etc\/warm\]\) for Container "app" in Pod "checkout-.*_shop\(.*\)" failed - error: command '\/labapp --require-file=\/etc\/warm' exited with 1: , message: "labapp: required file \/etc\/warm: no such file or directory\\n"$/);
    await cluster.clock.run(seconds(30));
    expect(cluster.events('FailedPostStartHook')[0]?.message).toBe('PostStartHook failed');
    expect(cluster.events('Killing')[0]?.message).toBe('FailedPostStartHook');
    expect(cluster.container()).toMatchObject({ ready: false, lastState: { terminated: { exitCode: 0, reason: 'Completed' } } });
    expect(cluster.container().restartCount).toBeGreaterThan(1);
  });

  test.each([
    ['a command that ends well', postStart('/labapp', '--exit=0'), true],
    ['a command that the image does not have', postStart('/bin/sh', '-c', 'true'), false],
    ['a request that somebody answers', { ...listening, lifecycle: { postStart: { httpGet: { path: '/any', port: 8080 } } } }, true],
    ['a request that nobody answers', { ...listening, lifecycle: { postStart: { httpGet: { path: '/any', port: 9090 } } } }, false],
  ])('%s', async (_what, options, lives) => {
    const cluster = await run(options);
    expect(cluster.container().restartCount === 0 && cluster.container().ready).toBe(lives);
  });

  test('a preStop hook that cannot run is noted, and holds nothing up', async () => {
    const cluster = await run({ ...listening, lifecycle: { preStop: { exec: { command: ['/bin/drain'] } } } });
    cluster.apply(app({ args: ['--listen=8081'] }));
    await cluster.clock.run(seconds(20));
    expect(cluster.events('FailedPreStopHook')[0]?.message).toBe('PreStopHook failed');
    expect(cluster.pods()).toHaveLength(1);
  });
});

describe('init containers', () => {
  const image = '127.0.0.1:5999/labapp:1';

  test('run one after the other before the container', async () => {
    const cluster = await run({ ...listening, pod: { initContainers: [{ name: 'first', image, args: ['--exit=0'] }, { name: 'second', image, args: ['--exit=0'] }] } });
    expect(cluster.pods()[0]?.status?.initContainerStatuses?.map(({ state }) => state.terminated?.reason)).toEqual(['Completed', 'Completed']);
    expect(cluster.container().ready).toBe(true);
  });

  test('one that fails is restarted with back-off, and the container waits in PodInitializing', async () => {
    const cluster = await run({ ...listening, pod: { initContainers: [{ name: 'migrate', image, args: ['--require-env=DB', '--exit=0'] }] } }, { time: seconds(30) });
    expect(cluster.container().state.waiting?.reason).toBe('PodInitializing');
    expect(cluster.pods()[0]?.status?.phase).toBe('Pending');
    expect(findCondition(cluster.pods()[0]?.status?.conditions, 'Initialized')).toMatchObject({ status: 'False', message: 'containers with incomplete status: [migrate]' });
    expect(cluster.pods()[0]?.status?.initContainerStatuses?.[0]?.restartCount).toBeGreaterThan(1);
  });

  test('a sidecar keeps running beside the container', async () => {
    const cluster = await run({ ...listening, pod: { initContainers: [{ name: 'proxy', image, args: ['--listen=9000'], restartPolicy: 'Always' }] } });
    expect(cluster.pods()[0]?.status?.initContainerStatuses?.[0]).toMatchObject({ ready: true, started: true, state: { running: {} } });
    expect(cluster.container().ready).toBe(true);
  });

  test('a sidecar that takes the port of the container makes the container exit', async () => {
    const cluster = await run({ ...listening, pod: { initContainers: [{ name: 'proxy', image, args: ['--listen=8080'], restartPolicy: 'Always' }] } });
    expect(cluster.container().lastState.terminated?.exitCode).toBe(1);
  });
});
