import type { ActionName } from '@fleetmend/model';
import { type GateCase, aContainer, aDeployment } from '@fleetmend/plugin-api/conformance';
import type { Expected } from './gate-cases.ts';

const metadata = { name: 'checkout', namespace: 'shop' };
const kind = (apiVersion: string, name: string, spec: object): object => ({ apiVersion, kind: name, metadata, spec });
type Pair = Pick<GateCase, 'before' | 'after'>;
const pair = (before: object, after: object): Pair => ({ before, after }) as Pair;
const containers = (before: object, after: object): Pair => pair(aDeployment(before as never), aDeployment(after as never));
const pods = (before: object, after: object): Pair => pair(aDeployment({}, {}, before as never), aDeployment({}, {}, after as never));
const service = (spec: object): object => kind('v1', 'Service', { type: 'ClusterIP', selector: { app: 'checkout' }, ports: [{ port: 80, targetPort: 8080 }], ...spec });
const ingress = (spec: object): object => kind('networking.k8s.io/v1', 'Ingress', { rules: [{ host: 'shop.example.org', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'checkout', port: { number: 80 } } } }] } }], ...spec });
const probe = (port: number, rest: object = {}): object => ({ readinessProbe: { httpGet: { path: '/ready', port }, periodSeconds: 5, ...rest } });
const env = (valueFrom: object): object => ({ env: [{ name: 'DB', valueFrom }] });
const claimed = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const hpa = (spec: object): object => kind('autoscaling/v2', 'HorizontalPodAutoscaler', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' }, minReplicas: 1, maxReplicas: 3, ...spec });
const cronJob = (spec: object): object => kind('batch/v1', 'CronJob', { schedule: '0 4 * * *', jobTemplate: { spec: { template: { spec: { containers: [aContainer()] } } } }, ...spec });

type HonestUse = readonly [string, ActionName, Pair & { readonly restores?: boolean; readonly secretsInGit?: readonly string[]; readonly failure?: string }, 'T0' | 'T1' | 'T2'];

/** What each action of the catalogue is for. A rule that refuses one of these has made a promise of the catalogue empty. */
export const honestUses: readonly HonestUse[] = [
  ['more memory', 'setResources', containers({}, { resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { memory: '128Mi' } } }), 'T0'],
  ['the image before', 'setImage', containers({}, { image: 'registry.example.org/shop/checkout:1.4.1' }), 'T1'],
  ['one replica more', 'setReplicas', pair(aDeployment(), aDeployment({}, { replicas: 3 })), 'T0'],
  ['the port that the container listens on', 'setProbe', containers(probe(9999), probe(8080)), 'T1'],
  ['more time to start', 'setProbe', containers(probe(8080), probe(8080, { initialDelaySeconds: 30 })), 'T1'],
  ['the target port of a Service', 'setPort', pair(service({ ports: [{ port: 80, targetPort: 9999 }] }), service({})), 'T1'],
  ['a host port taken out', 'setPort', containers({ ports: [{ containerPort: 8080, hostPort: 80 }] }, { ports: [{ containerPort: 8080 }] }), 'T1'],
  ['the backend of an Ingress', 'setIngress', pair(ingress({ defaultBackend: { service: { name: 'chekout', port: { number: 80 } } } }), ingress({ defaultBackend: { service: { name: 'checkout', port: { number: 80 } } } })), 'T1'],
  ['the Secret of an Ingress, for the same hosts', 'setIngress', pair(ingress({ tls: [{ hosts: ['shop.example.org'], secretName: 'shop-tsl' }] }), ingress({ tls: [{ hosts: ['shop.example.org'], secretName: 'shop-tls' }] })), 'T1'],
  ['a class that goes back', 'setIngress', { ...pair(ingress({ ingressClassName: 'ngnix' }), ingress({ ingressClassName: 'nginx' })), restores: true }, 'T1'],
  ['memory for /dev/shm', 'setVolume', pods({ volumes: [{ name: 'shm', emptyDir: {} }] }, { volumes: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }] }), 'T1'],
  ['one pod at a time for a volume that one can hold', 'setVolume', pair(aDeployment({}, {}, claimed), aDeployment({}, { strategy: { type: 'Recreate' } }, claimed)), 'T1'],
  ['a larger claim', 'setVolume', pair(kind('v1', 'PersistentVolumeClaim', { resources: { requests: { storage: '1Gi' } } }), kind('v1', 'PersistentVolumeClaim', { resources: { requests: { storage: '2Gi' } } })), 'T1'],
  ['the DNS policy', 'setPodField', pods({ dnsPolicy: 'Default' }, { dnsPolicy: 'ClusterFirst' }), 'T1'],
  ['traffic to pods of any node', 'setPodField', pair(service({ internalTrafficPolicy: 'Local' }), service({ internalTrafficPolicy: 'Cluster' })), 'T1'],
  ['the selector of a Service', 'setSelector', pair(service({ selector: { app: 'chekout' } }), service({})), 'T1'],
  ['a ConfigMap that exists', 'setReference', containers(env({ configMapKeyRef: { name: 'settigns', key: 'db' } }), env({ configMapKeyRef: { name: 'settings', key: 'db' } })), 'T1'],
  ['a Secret that Git knows', 'setReference', { ...containers(env({ secretKeyRef: { name: 'db-passwrod', key: 'password' } }), env({ secretKeyRef: { name: 'db-password', key: 'password' } })), secretsInGit: ['db-password'], failure: 'CreateContainerConfigError' }, 'T1'],
  ['a ServiceAccount that goes back', 'setReference', { ...pods({ serviceAccountName: 'chekout' }, { serviceAccountName: 'checkout' }), restores: true, failure: 'ServiceAccountNotFound' }, 'T1'],
  ['a node selector that nodes have', 'setScheduling', pods({ nodeSelector: { disk: 'sdd' } }, { nodeSelector: { disk: 'ssd' } }), 'T1'],
  ['a toleration of a pool', 'setScheduling', pods({}, { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'shop', effect: 'NoSchedule' }] }), 'T1'],
  ['a higher bound of an autoscaler', 'setHPA', pair(hpa({}), hpa({ maxReplicas: 5 })), 'T1'],
  ['the target of an autoscaler', 'setHPA', pair(hpa({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'chekout' } }), hpa({})), 'T1'],
  ['room for a rollout', 'setStrategy', pair(aDeployment({}, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }), aDeployment({}, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } })), 'T2'],
  ['what Pod Security asks for', 'setSecurityContext', containers({}, { securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } } }), 'T1'],
  ['a schedule that goes on', 'setSchedule', pair(cronJob({ suspend: true }), cronJob({ suspend: false })), 'T1'],
  ['a host in a command line', 'setHost', containers({ args: ['--db=postgre.shop:5432'] }, { args: ['--db=postgres.shop:5432'] }), 'T1'],
  ['a map that goes back', 'restoreField', { ...pods({ affinity: { nodeAffinity: {} } }, {}), restores: true }, 'T1'],
];

export const actionCases: readonly (readonly [string, GateCase, Expected])[] = honestUses.map(([what, action, { restores = false, secretsInGit, failure = 'OOMKilled', before, after }, tier]) => [
  `${action}: ${what}`,
  { before, after, request: { failure: { class: failure } }, plan: { action, restoresEarlierValue: restores }, ...(secretsInGit === undefined ? {} : { facts: { secretsInGit: [...secretsInGit] } }) } as GateCase,
  { allowed: tier },
]);
