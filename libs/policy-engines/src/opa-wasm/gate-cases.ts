import { type GateCase, aContainer, aDeployment, aPodTemplate, withMemory } from '@fleetmend/plugin-api/conformance';

/** A plan, and the ids of the rules that refuse it; none: it is allowed, with this tier. */
export type Expected = { readonly allowed: 'T0' | 'T1' | 'T2' } | { readonly refusedBy: readonly string[] };

const raised = withMemory('128Mi');
const image = (name: string) => ({ image: name });
const setImage = { action: 'setImage' };
const fromModel = { source: 'Model', model: 'm-1', confidence: 0.8 };
const restore = { action: 'restoreField', restoresEarlierValue: true };
const metadata = { name: 'checkout', namespace: 'shop' };
const kind = (apiVersion: string, name: string, rest: object) => ({ apiVersion, kind: name, metadata, ...rest });
const file = (path: string, lines = 1) => [{ path, added: lines, removed: lines }];

/** The same repair in another kind of workload. */
const workload = (apiVersion: string, name: string, container: object, more: object = {}): GateCase => ({
  before: kind(apiVersion, name, { spec: wrap(name, aPodTemplate()) }),
  after: kind(apiVersion, name, { spec: wrap(name, aPodTemplate({ ...raised, ...container }, more as never)) }),
});
const wrap = (name: string, template: object): object => (name === 'CronJob' ? { schedule: '0 4 * * *', jobTemplate: { spec: { template } } } : { template });

/** One field of the container or the pod, besides the memory limit that the plan is about. */
const beside = (container: object, pod: object = {}): GateCase => ({ after: aDeployment({ ...raised, ...container }, {}, pod as never) });
const kept = (container: object, pod: object = {}): GateCase => ({ before: aDeployment(container as never, {}, pod as never), after: aDeployment({ ...container, ...raised }, {}, pod as never) });

const pathOf = (before: string, after: string): GateCase => ({ before: kind('argoproj.io/v1alpha1', 'Application', { spec: { source: { path: before } } }), after: kind('argoproj.io/v1alpha1', 'Application', { spec: { source: { path: after } } }) });

const allowed: Readonly<Record<string, readonly [GateCase, 'T0' | 'T1' | 'T2']>> = {
  'a memory limit that doubles': [{}, 'T0'],
  'a limit and its request that double together': [{ after: aDeployment(withMemory('128Mi', '64Mi')) }, 'T0'],
  'a memory limit in a StatefulSet': [workload('apps/v1', 'StatefulSet', {}), 'T0'],
  'a memory limit in a DaemonSet': [workload('apps/v1', 'DaemonSet', {}), 'T0'],
  'a memory limit in a Job': [workload('batch/v1', 'Job', {}), 'T0'],
  'a memory limit in a CronJob': [workload('batch/v1', 'CronJob', {}), 'T0'],
  'a memory limit of an init container': [{ before: aDeployment({}, {}, { initContainers: [aContainer({ name: 'migrate' })] }), after: aDeployment({}, {}, { initContainers: [aContainer({ name: 'migrate', ...raised })] }) }, 'T0'],
  'a memory limit beside a service mesh sidecar': [kept({}, { containers: [aContainer({ name: 'proxy', image: 'mesh/proxy:1.20' })] }), 'T0'],
  'a memory limit in a file with a name of any language': [{ files: file('dienste/größe (neu).yaml') }, 'T0'],
  'a memory limit in a critical namespace': [{ facts: { targetNamespaceIsCritical: true } }, 'T1'],
  'a memory limit that was never applied before': [{ plan: { unapplied: true }, facts: { renderProof: { renderer: 'raw', exact: true, unapplied: true } } }, 'T1'],
  'a memory limit under a bundle that only warns yet': [{ policy: { stage: 'Warn' } }, 'T1'],
  'a memory limit that falls by a quarter': [{ after: aDeployment(withMemory('48Mi')) }, 'T1'],
  'a memory limit that goes back to an earlier value, by more than a step': [{ after: aDeployment(withMemory('320Mi')), plan: { restoresEarlierValue: true } }, 'T0'],
  'a request that falls to what a node has': [{ before: aDeployment({ resources: { requests: { cpu: '64', memory: '32Mi' }, limits: { memory: '64Mi' } } }), after: aDeployment() }, 'T1'],
  'a memory limit beside hardening': [kept({ securityContext: { allowPrivilegeEscalation: false, privileged: false, runAsNonRoot: true } }), 'T0'],
  'a memory limit beside volumes of ordinary types': [kept({}, { volumes: [{ name: 'tmp', emptyDir: {} }, { name: 'conf', configMap: { name: 'conf' } }] }), 'T0'],
  'a memory limit of what runs latest already': [kept(image('nginx:latest')), 'T0'],
  'an image that goes back to a fixed tag': [{ after: aDeployment(image('registry.example.org/shop/checkout:1.4.1')), plan: setImage }, 'T1'],
  'an image from a registry with a port': [{ after: aDeployment(image('registry:5000/checkout:1.4.1')), plan: setImage }, 'T1'],
  'an image by digest': [{ after: aDeployment(image(`registry.example.org/shop/checkout@sha256:${'4'.repeat(64)}`)), plan: setImage }, 'T1'],
  'more replicas': [{ before: aDeployment(), after: aDeployment({}, { replicas: 3 }), plan: { action: 'setReplicas' } }, 'T0'],
  'replicas that go back to fewer': [{ before: aDeployment({}, { replicas: 5 }), after: aDeployment(), plan: { action: 'setReplicas', restoresEarlierValue: true } }, 'T0'],
  'replicas that a model lets go back to fewer': [{ before: aDeployment({}, { replicas: 5 }), after: aDeployment(), plan: { action: 'setReplicas', restoresEarlierValue: true, ...fromModel } }, 'T1'],
  'more replicas, by a model': [{ before: aDeployment(), after: aDeployment({}, { replicas: 3 }), plan: { action: 'setReplicas', restoresEarlierValue: true, ...fromModel } }, 'T0'],
  'a probe port that goes back': [{ before: aDeployment({ readinessProbe: { httpGet: { path: '/ready', port: 9999 }, periodSeconds: 5 } }), after: aDeployment(), plan: restore }, 'T1'],
  'arguments that go back': [{ before: aDeployment({ args: ['--lisen=8080'] }), after: aDeployment(), plan: restore }, 'T1'],
  'a key of a ConfigMap that goes back': [{ before: kind('v1', 'ConfigMap', { data: { LOG: 'of', PORT: '80' } }), after: kind('v1', 'ConfigMap', { data: { LOG: 'on', PORT: '80' } }), plan: restore }, 'T1'],
  'a target port of a Service that goes back': [{ before: kind('v1', 'Service', { spec: { type: 'ClusterIP', ports: [{ port: 80, targetPort: 8081 }] } }), after: kind('v1', 'Service', { spec: { type: 'ClusterIP', ports: [{ port: 80, targetPort: 8080 }] } }), plan: restore }, 'T1'],
  'a disruption budget that goes back': [{ before: kind('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 3 } }), after: kind('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1 } }), plan: restore }, 'T2'],
  'a path of an Argo CD Application that goes back': [{ ...pathOf('a', 'b'), plan: restore }, 'T2'],
  'a revert after the day has had its attempts': [{ before: aDeployment(raised), after: aDeployment(), plan: { kind: 'Revert', restoresEarlierValue: true }, facts: { attempts: { lastDay: 2, limit: 2 } } }, 'T0'],
};

const refused: Readonly<Record<string, readonly [GateCase, readonly string[]]>> = {
  'a privileged container': [beside({ securityContext: { privileged: true } }), ['B07', 'S01']],
  'a container that was privileged before': [kept({ securityContext: { privileged: true } }), ['S01']],
  'a privileged CronJob': [workload('batch/v1', 'CronJob', { securityContext: { privileged: true } }), ['B07', 'S01']],
  'privilege escalation as a text': [beside({ securityContext: { allowPrivilegeEscalation: 'true' } }), ['B07', 'S01']],
  'an escalation ban that goes': [{ before: aDeployment({ securityContext: { allowPrivilegeEscalation: false } }), after: aDeployment(raised) }, ['B07', 'S01']],
  'the network of the node': [beside({}, { hostNetwork: true }), ['B07', 'S02']],
  'the processes of the node, on the way back': [{ ...beside({}, { hostPID: true }), plan: restore }, ['B07', 'S02']],
  'a port of the node': [beside({ ports: [{ containerPort: 8080, hostPort: 80 }] }), ['B07', 'S02']],
  'a hostPath': [beside({}, { volumes: [{ name: 'root', hostPath: { path: '/' } }] }), ['B07', 'S03']],
  'a volume of a type nobody listed': [kept({}, { volumes: [{ name: 'share', nfs: { server: 'nas', path: '/' } }] }), ['S03']],
  'latest': [{ after: aDeployment(image('nginx:latest')), plan: setImage }, ['I02']],
  'latest behind the port of a registry': [{ after: aDeployment(image('registry:5000/nginx')), plan: setImage }, ['I02']],
  'latest in capitals': [{ after: aDeployment(image('nginx:LATEST')), plan: setImage }, ['I02']],
  'no image at all': [{ after: aDeployment(image('')), plan: setImage }, ['I02']],
  'a memory limit without a request to go by, past the cap': [{ before: aDeployment({ resources: { limits: { memory: '24Gi' } } }), after: aDeployment({ resources: { limits: { memory: '48Gi' } } }) }, ['R03']],
  'cpu alone, where memory has no limit': [{ before: aDeployment({ resources: {} }), after: aDeployment({ resources: { limits: { cpu: '1' } } }) }, ['R01']],
  'a limit below its request': [{ before: aDeployment(withMemory('64Mi', '60Mi')), after: aDeployment(withMemory('50Mi', '60Mi')) }, ['R02']],
  'a limit past 64 times its request': [{ before: aDeployment(withMemory('2Gi')), after: aDeployment(withMemory('3Gi')) }, ['R02']],
  'more than a doubling': [{ after: aDeployment(withMemory('192Mi')) }, ['R03']],
  'a limit that falls to a quarter': [{ before: aDeployment(withMemory('256Mi')), after: aDeployment(withMemory('64Mi')) }, ['R03']],
  'an amount that is none': [{ after: aDeployment(withMemory('lots')) }, ['R02', 'R03']],
  'more devices': [{ after: aDeployment({ resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { memory: '64Mi', 'nvidia.com/gpu': '8' } } }) }, ['R03']],
  'a limit that goes': [{ after: aDeployment({ resources: { requests: { cpu: '200m', memory: '32Mi' }, limits: {} } }) }, ['B07', 'R01', 'R05']],
  'a request that goes, on the way back': [{ after: aDeployment({ resources: { limits: { memory: '64Mi' } } }), plan: restore }, ['R05']],
  'zero replicas': [{ after: aDeployment({}, { replicas: 0 }), plan: { action: 'setReplicas', restoresEarlierValue: true } }, ['C01']],
  'fewer replicas': [{ after: aDeployment({}, { replicas: 1 }), plan: { action: 'setReplicas' } }, ['C01']],
  'a thousand replicas': [{ after: aDeployment({}, { replicas: 1000 }), plan: { action: 'setReplicas' } }, ['C01']],
  'a paused rollout': [{ after: aDeployment({}, { paused: true }), plan: restore }, ['C01']],
  'a suspended CronJob': [{ before: kind('batch/v1', 'CronJob', { spec: { suspend: false } }), after: kind('batch/v1', 'CronJob', { spec: { suspend: true } }), plan: restore }, ['C01']],
  'a probe that goes': [beside({ livenessProbe: undefined }), ['B07', 'C02']],
  'a probe that goes, on the way back': [{ after: aDeployment({ readinessProbe: null }), plan: restore }, ['C02']],
  'a probe that waits for hours': [{ after: aDeployment({ livenessProbe: { httpGet: { path: '/live', port: 8080 }, periodSeconds: 3600, failureThreshold: 3 } }), plan: restore }, ['C02']],
  'a probe that asks another host': [{ after: aDeployment({ readinessProbe: { httpGet: { path: '/ready', port: 8080, host: 'example.org' }, periodSeconds: 5 } }), plan: restore }, ['B07', 'C02']],
  'a disruption budget that is only changed': [{ before: kind('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 2 } }), after: kind('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 0 } }) }, ['B07', 'C03']],
  'a quota, even back': [{ before: kind('v1', 'ResourceQuota', { spec: { hard: { pods: '10' } } }), after: kind('v1', 'ResourceQuota', { spec: { hard: { pods: '20' } } }), plan: restore }, ['B01', 'C03']],
  'another namespace': [{ request: { target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'payments', name: 'checkout' } } }, ['N01']],
  'another cluster': [{ request: { cluster: 'prod-2' } }, ['N01']],
  'kube-system, even by request': [{ before: system('64Mi'), after: system('128Mi'), request: { target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'checkout' } } }, ['N01']],
  'a request without a target': [{ request: { target: undefined } }, ['E01']],
  'an object that changes its name': [{ after: { ...aDeployment(raised), metadata: { name: 'checkout2', namespace: 'shop' } } }, ['B07', 'N01']],
  'a Deployment of another API group': [{ before: { ...aDeployment(), apiVersion: 'apps.example.org/v1' }, after: { ...aDeployment(raised), apiVersion: 'apps.example.org/v1' } }, ['B01']],
  'a new object': [{ before: null, op: 'Create' }, ['B01', 'B05', 'B07']],
  'a deleted object': [{ after: null, op: 'Delete' }, ['B01', 'B05', 'B07', 'C01', 'C02', 'R05']],
  'a Role': [{ before: kind('rbac.authorization.k8s.io/v1', 'Role', { rules: [] }), after: kind('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: ['*'] }] }), plan: restore }, ['B01', 'B02', 'B07']],
  'an Argo CD Application': [{ before: kind('argoproj.io/v1alpha1', 'Application', { spec: { project: 'a' } }), after: kind('argoproj.io/v1alpha1', 'Application', { spec: { project: 'b' } }), plan: restore }, ['B01', 'B02']],
  'a path of an Argo CD Application that never was': [{ ...pathOf('a', 'b'), plan: { action: 'restoreField' } }, ['B01', 'B02', 'B07']],
  'a Secret': [{ before: kind('v1', 'Secret', { data: { a: 'MQ==' } }), after: kind('v1', 'Secret', { data: { a: 'Mg==' } }), plan: restore }, ['B01', 'B03']],
  'another command': [beside({ command: ['sh', '-c', 'true'] }), ['B05', 'B07']],
  'a hook': [beside({ lifecycle: { postStart: { exec: { command: ['sh'] } } } }), ['B05', 'B07']],
  'one more container': [beside({}, { initContainers: [aContainer({ name: 'helper' })] }), ['B05', 'B07']],
  'an ephemeral container, on the way back': [{ after: aDeployment({}, {}, { ephemeralContainers: [aContainer({ name: 'debug' })] }), plan: restore }, ['B05']],
  'an environment variable beside the limit': [beside({ env: [{ name: 'DEBUG', value: '1' }] }), ['B07']],
  'a toleration of everything, on the way back': [{ after: aDeployment({}, {}, { tolerations: [{ operator: 'Exists' }] }), plan: restore }, ['S09']],
  'one pod at a time without a volume': [{ before: aDeployment({}, { strategy: { type: 'RollingUpdate' } }), after: aDeployment({}, { strategy: { type: 'Recreate' } }), plan: { action: 'setVolume' } }, ['C04']],
  'another ServiceAccount, on the way back': [{ after: aDeployment({}, {}, { serviceAccountName: 'admin' }), plan: restore }, ['B07', 'S08']],
  'an annotation': [{ after: { ...aDeployment(raised), metadata: { ...metadata, labels: { app: 'checkout' }, annotations: { 'policy.example.org/skip': 'true' } } } }, ['B07']],
  'an action that nobody knows': [{ plan: { action: 'setEverything' } }, ['B07']],
  'no difference': [{ after: aDeployment() }, ['B07']],
  'a file that the binding does not open': [{ policy: { pathAllowed: {} } }, ['B07']],
  'a workflow file': [{ files: file('.github/workflows/deploy.yaml') }, ['B07']],
  'a path that climbs out': [{ files: file('apps/../../secrets.yaml') }, ['B07']],
  'a path with a backslash': [{ files: file('apps\\web.yaml') }, ['B07']],
  'a path with a line break': [{ files: file('apps/web.yaml\n') }, ['B07']],
  'more lines than an edit may have': [{ files: file('apps/shop/checkout.yaml', 21) }, ['B07']],
  'no file': [{ files: [] }, ['B07']],
  'a freeze': [{ facts: { frozen: [{ name: 'weekend', until: '2026-01-06T00:00:00Z' }] } }, ['F03']],
  'a third attempt in a day': [{ facts: { attempts: { lastDay: 2, limit: 2, notBefore: '2026-01-06T08:00:00Z' } } }, ['F05']],
  'an attempt while cooling down': [{ facts: { coolDownUntil: '2026-01-05T09:05:00Z' } }, ['F05']],
  'no proof': [{ facts: { renderProof: null } }, ['F09']],
  'a proof of something else': [{ facts: { renderProof: { renderer: 'raw', exact: false, unapplied: false } } }, ['F09']],
  'containers as a map': [{ after: kind('apps/v1', 'Deployment', { spec: { replicas: 2, selector: { matchLabels: { app: 'checkout' } }, template: { metadata: { labels: { app: 'checkout' } }, spec: { containers: { app: aContainer(raised) } } } } }) }, ['B07', 'E01', 'R03']],
};

function system(limit: string): ReturnType<typeof aDeployment> {
  return { ...aDeployment(withMemory(limit)), metadata: { name: 'checkout', namespace: 'kube-system' } };
}

/** Every case as a row for `it.each`: a sentence, the plan, what is expected of it. */
export const gateCases: readonly (readonly [string, GateCase, Expected])[] = [
  ...Object.entries(allowed).map(([name, [plan, tier]]) => [`allows ${name}`, plan, { allowed: tier }] as const),
  ...Object.entries(refused).map(([name, [plan, refusedBy]]) => [`refuses ${name}`, plan, { refusedBy }] as const),
];
