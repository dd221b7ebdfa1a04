import { type Random, pick, randomInt } from '@fleetmend/kernel';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

const NAMES = ['web', 'api', 'worker', 'db-proxy', 'search', 'billing', 'cart-v2', 'ingest'] as const;
const TEXTS = ['info', 'yes', 'on', '8080', '0644', '1.10', '~', 'null', '', 'a: b', 'x #y', '*.example.org', 'two words', "it's", '"quoted"', 'http://db.shop.svc:5432/x?y=1&z', '--log={{x}}'.replace('{{x}}', '%d'), '@every 5m', '*/5 * * * *', 'key=value', '2026-01-01', '1e3', 'ünï', '- dash', '<<', 'C:\\temp', 'one, two'] as const;
const MEMORY = ['64Mi', '128Mi', '1Gi', '1.5Gi', '512M'] as const;
const CPU: readonly Value[] = ['100m', '1', 1, 0.5, '250m', '2'];

/** What the files of a GitOps repository hold, one value a document. */
export function someModel(random: Random): Value {
  return pick(random, [workload, workload, workload, service, configMap, kustomization, values, cronJob])(random);
}

/** A scalar as it may be written in the place of another. */
export function anotherScalar(random: Random, old: Value): string | number | boolean {
  if (typeof old === 'number') return randomInt(random, 3) === 0 ? pick(random, MEMORY) : randomInt(random, 65_536);
  if (typeof old === 'boolean') return !old;
  if (typeof old === 'string' && old.includes('\n')) return old.replace(/\w+(?=\W*\n$)/, pick(random, ['other', '9', 'db.new.svc']));
  return pick(random, [...TEXTS, ...MEMORY, ...NAMES, 'shop:1.2.3', 'registry.example.org/a/b@sha256:0123456789abcdef']);
}

function metadata(random: Random): Value {
  const name = pick(random, NAMES);
  return { name, ...(chance(random, 0.7) ? { namespace: pick(random, ['shop', 'platform']) } : {}), ...(chance(random, 0.6) ? { labels: { app: name, 'app.kubernetes.io/name': name } } : {}), ...(chance(random, 0.3) ? { annotations: { 'example.org/note': pick(random, TEXTS) } } : {}) };
}

function container(random: Random, name: string): Value {
  return {
    name,
    image: `${pick(random, ['shop', 'registry.example.org:5000/team/app'])}:${pick(random, ['1.2.3', 'v7', '20260101'])}`,
    ...(chance(random, 0.6) ? { args: Array.from({ length: 1 + randomInt(random, 3) }, () => pick(random, ['--listen=8080', '--v=2', '-c', 'echo "a: b" # no comment', pick(random, TEXTS)])) } : {}),
    ...(chance(random, 0.7) ? { env: Array.from({ length: 1 + randomInt(random, 3) }, (_, index) => ({ name: `VAR_${index}`, value: pick(random, TEXTS) })) } : {}),
    ...(chance(random, 0.6) ? { ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] } : {}),
    ...(chance(random, 0.8) ? { resources: { limits: { memory: pick(random, MEMORY), cpu: pick(random, CPU) }, requests: { memory: pick(random, MEMORY) } } } : {}),
    ...(chance(random, 0.5) ? { readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5 } } : {}),
    ...(chance(random, 0.2) ? { command: ['sh', '-c', 'set -e\nexec app \\\n  --config=/etc/app.yaml\n'] } : {}),
  };
}

function podSpec(random: Random): Value {
  return { ...(chance(random, 0.3) ? { securityContext: { runAsNonRoot: true, fsGroup: 1000 } } : {}), containers: [container(random, 'app'), ...(chance(random, 0.3) ? [container(random, 'sidecar')] : [])], ...(chance(random, 0.3) ? { volumes: [{ name: 'tmp', emptyDir: {} }, { name: 'config', configMap: { name: 'app', defaultMode: 420 } }] } : {}) };
}

function workload(random: Random): Value {
  const labels = { app: pick(random, NAMES) };
  return { apiVersion: 'apps/v1', kind: pick(random, ['Deployment', 'StatefulSet', 'DaemonSet']), metadata: metadata(random), spec: { replicas: randomInt(random, 9), selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(random) } } };
}

function cronJob(random: Random): Value {
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: metadata(random), spec: { schedule: pick(random, ['*/5 * * * *', '@daily', '0 3 * * 1-5']), suspend: chance(random, 0.2), jobTemplate: { spec: { template: { spec: podSpec(random) } } } } };
}

function service(random: Random): Value {
  return { apiVersion: 'v1', kind: 'Service', metadata: metadata(random), spec: { type: 'ClusterIP', selector: { app: pick(random, NAMES) }, ports: [{ name: 'http', port: 80, targetPort: pick<Value>(random, [8080, 'http']) }], externalName: null } };
}

function configMap(random: Random): Value {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(random), data: { LOG_LEVEL: pick(random, TEXTS), 'app.properties': 'a=1\nb=two words\n', 'app.yaml': 'server:\n  port: 8080\n  hosts: [a, b]\n', empty: '' } };
}

function kustomization(random: Random): Value {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['../../base', 'extra.yaml'], namePrefix: pick(random, ['prod-', 'eu-']), images: [{ name: 'shop', newTag: pick(random, ['1.2.3', '1.10', 'v7']) }], replicas: [{ name: 'web', count: randomInt(random, 9) }], configMapGenerator: [{ name: 'env', literals: ['A=1', `B=${pick(random, TEXTS)}`] }], patches: [{ target: { kind: 'Deployment' }, patch: '- op: replace\n  path: /spec/replicas\n  value: 3\n' }] };
}

function values(random: Random): Value {
  return { replicaCount: randomInt(random, 9), image: { repository: 'registry.example.org/shop', tag: pick(random, ['1.2.3', '7', 'v7']), pullPolicy: 'IfNotPresent' }, resources: { limits: { memory: pick(random, MEMORY) }, requests: {} }, nodeSelector: {}, tolerations: [], ingress: { enabled: chance(random, 0.5), hosts: [{ host: 'shop.example.org', paths: [{ path: '/', pathType: 'Prefix' }] }] }, extraEnv: [{ name: 'X', value: pick(random, TEXTS) }] };
}

function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}
