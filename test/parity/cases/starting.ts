import type { ParityCase } from '../parity-case.ts';
import { configMap, deployment, LABAPP, pod, secret, type PodParts } from './shapes.ts';

const known = [/^Deployment app unavailableReplicas 1/, /^Deployment app updatedReplicas 1/];
const looping = [/ container app waiting CrashLoopBackOff/, / container app .*restarted/, /^event Pod .* BackOff /, ...known];
const unready = [/ container app running/, /^event Pod .* Unhealthy /, ...known];
const unmounted = [/^event Pod .* FailedMount /, / container app waiting ContainerCreating/, ...known];
const refused = [/ waiting CreateContainerConfigError/, /^event Pod .* Failed /, ...known];

/**
 * A Deployment of one pod: nearly every shape of a container that does not start is one.
 * It never counts as available: whether the moment in which a container runs is seen is chance.
 */
const starting = (name: string, failure: ParityCase['class'], parts: PodParts, settled: ParityCase['settled'], rest: Partial<ParityCase> = {}): ParityCase => ({
  name, class: failure, look: 'Deployment/app', settled, without: / readyReplicas /, ...rest, manifests: [...(rest.manifests ?? []), deployment(parts, { minReadySeconds: 300 })],
});

const fromConfigMap = { env: [{ name: 'DB_HOST', valueFrom: { configMapKeyRef: { name: 'settings', key: 'db-host' } } }] };
const fromSecret = { env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }] };
const mounted = (volume: object, mount: object = {}): PodParts => ({
  container: { volumeMounts: [{ name: 'data', mountPath: '/etc/app', ...mount }] }, pod: { volumes: [{ name: 'data', ...volume }] },
});
const probe = (kind: string, target: object, rest: object = {}): PodParts => ({
  args: ['--listen=8080', '--health=/healthz'], container: { [kind]: { httpGet: target, initialDelaySeconds: 2, periodSeconds: 1, failureThreshold: 2, ...rest } },
});

export const startingCases: readonly ParityCase[] = [
  { name: 'healthy', class: 'none', look: 'Deployment/app', manifests: [deployment({ args: ['--listen=8080'] })], settled: [/^Deployment app condition Progressing True NewReplicaSetAvailable/, / container app ready/, /^event Pod .* Started /] },
  starting('memory-kill', 'OOMKilled', { args: ['--hold-memory=100Mi'], container: { resources: { requests: { memory: '32Mi' }, limits: { memory: '64Mi' } } } }, looping),
  starting('exit-1', 'CrashLoopBackOff', { args: ['--log=cannot open the door', '--exit=1'] }, looping),
  starting('exit-0', 'CrashLoopBackOff', { args: ['--exit=0'] }, looping),
  starting('exit-127', 'CrashLoopBackOff', { args: ['--exit=127'] }, looping),
  starting('program-absent', 'CrashLoopBackOff', { container: { command: ['/nope'] } }, looping),
  starting('program-not-in-path', 'CrashLoopBackOff', { container: { command: ['nosuchtool'] } }, looping),
  starting('unknown-flag', 'CrashLoopBackOff', { args: ['--no-such-flag=1'] }, looping),
  starting('variable-missing', 'CrashLoopBackOff', { args: ['--require-env=DB_HOST'] }, looping),
  starting('read-only-root', 'CrashLoopBackOff', { args: ['--write=/data'], container: { securityContext: { readOnlyRootFilesystem: true } } }, looping),
  starting('port-conflict', 'CrashLoopBackOff', { args: ['--listen=8080', '--exit-after=1h'], pod: { containers: [{ name: 'sidecar', image: LABAPP, args: ['--require-connect=127.0.0.1:8080', '--listen=8080'] }] } },
    [/ container sidecar waiting CrashLoopBackOff/, / container app running/, /^event Pod .* BackOff /, ...known]),
  starting('image-missing', 'ImagePullBackOff', { image: '127.0.0.1:5999/labapp:2' }, [/ waiting ImagePullBackOff/, /^event Pod .* BackOff /, ...known]),
  starting('image-name-invalid', 'ImagePullBackOff', { image: '127.0.0.1:5999/LabApp:1' }, [/ waiting InvalidImageName/, /^event Pod .* Failed /, ...known]),
  starting('image-never-pulled', 'ImagePullBackOff', { image: '127.0.0.1:5999/labapp:2', container: { imagePullPolicy: 'Never' } }, [/ waiting ErrImageNeverPull/, /^event Pod .* ErrImageNeverPull /, ...known]),
  starting('config-map-missing', 'CreateContainerConfigError', { container: fromConfigMap }, refused),
  starting('config-map-lacks-key', 'CreateContainerConfigError', { container: fromConfigMap }, refused, { manifests: [configMap('settings', { 'db-hots': 'postgres' })] }),
  starting('secret-missing', 'CreateContainerConfigError', { container: { envFrom: [{ secretRef: { name: 'database' } }] } }, refused),
  starting('secret-lacks-key', 'CreateContainerConfigError', { container: fromSecret }, refused, { manifests: [secret('database', { passwd: 'x' })] }),
  starting('root-forbidden', 'CreateContainerConfigError', { container: { securityContext: { runAsNonRoot: true, runAsUser: 0 } } }, refused),
  starting('mount-config-map-missing', 'FailedMount', mounted({ configMap: { name: 'settings' } }), unmounted),
  starting('mount-secret-missing', 'FailedMount', mounted({ secret: { secretName: 'database' } }), unmounted),
  starting('mount-lacks-key', 'FailedMount', mounted({ configMap: { name: 'settings', items: [{ key: 'app.yaml', path: 'app.yaml' }] } }), unmounted, { manifests: [configMap('settings', { 'app.yml': 'a: 1' })] }),
  starting('mount-over-program', 'CreateContainerError', mounted({ emptyDir: {} }, { mountPath: '/labapp' }), looping),
  starting('mounted-file-missing', 'CrashLoopBackOff', { ...mounted({ configMap: { name: 'settings' } }), args: ['--require-file=/etc/app/app.yaml'] }, looping, { manifests: [configMap('settings', { 'app.yml': 'a: 1' })] }),
  starting('init-fails', 'CrashLoopBackOff', { pod: { initContainers: [{ name: 'migrate', image: LABAPP, args: ['--exit=1'] }] } }, [/ init container migrate waiting CrashLoopBackOff/, / init container migrate .*restarted/, /^event Pod .* BackOff /, ...known]),
  starting('init-hangs', 'InitContainerStuck', { pod: { initContainers: [{ name: 'wait', image: LABAPP }] } }, [/ init container wait running/, /^event Pod .* Started /, ...known]),
  starting('native-sidecar-fails', 'CrashLoopBackOff', { pod: { initContainers: [{ name: 'proxy', image: LABAPP, args: ['--exit=1'], restartPolicy: 'Always', startupProbe: { tcpSocket: { port: 9000 }, periodSeconds: 60 } }] } },
    [/ init container proxy waiting CrashLoopBackOff/, / init container proxy .*restarted/, /^event Pod .* BackOff /, ...known]),
  starting('post-start-hook-fails', 'LifecycleHookFailed', { container: { lifecycle: { postStart: { exec: { command: ['/labapp', '--exit-after=1s', '--exit=1'] } } } } }, [/ waiting PostStartHookError/, / container app .*restarted/, /^event Pod .* BackOff /, ...known]),
  starting('liveness-wrong-port', 'ProbeFailed', probe('livenessProbe', { path: '/healthz', port: 8081 }), looping),
  starting('liveness-wrong-path', 'ProbeFailed', probe('livenessProbe', { path: '/health', port: 8080 }), looping),
  starting('readiness-wrong-port', 'ProbeFailed', probe('readinessProbe', { path: '/healthz', port: 8081 }), unready),
  starting('readiness-wrong-path', 'ProbeFailed', probe('readinessProbe', { path: '/health', port: 8080 }), unready),
  starting('readiness-command-missing', 'ProbeFailed', { args: ['--listen=8080'], container: { readinessProbe: { exec: { command: ['/nope'] }, initialDelaySeconds: 2, periodSeconds: 1 } } }, unready),
  starting('readiness-wrong-socket', 'ProbeFailed', { args: ['--listen=8080'], container: { readinessProbe: { tcpSocket: { port: 8081 }, initialDelaySeconds: 2, periodSeconds: 1 } } }, unready),
  starting('startup-wrong-port', 'ProbeFailed', probe('startupProbe', { path: '/healthz', port: 8081 }), looping),
  { name: 'pod-fails', class: 'none', look: 'Pod/app', manifests: [pod({ args: ['--exit=3'], pod: { restartPolicy: 'Never' } })], settled: [/^Pod app phase Failed/, / terminated 3/, / condition PodReadyToStartContainers False/, /^event Pod .* Started /] },
  { name: 'pod-completes', class: 'none', look: 'Pod/app', manifests: [pod({ args: ['--exit=0'], pod: { restartPolicy: 'OnFailure' } })], settled: [/^Pod app phase Succeeded/, / terminated 0/, / condition PodReadyToStartContainers False/, /^event Pod .* Started /] },
];
