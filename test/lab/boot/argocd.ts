import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderKubeconfig } from './certificates.ts';
import { answers } from './http-probe.ts';
import { program, shareFolder, type BootContext, type KubernetesFacts } from './lab.ts';
import { kubectl } from './kubernetes.ts';
import { launch, until, untilReady } from './server-process.ts';

const NAMESPACE = 'argocd';
const REDIS_PORT = '6399';

const labelled = (kind: string, name: string, rest: object): object => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'argocd' } },
  ...rest,
});

/** What registers a cluster in Argo CD, by its address and with an administrator's certificate. */
export const clusterSecret = (name: string, { server, certificates }: KubernetesFacts): object => {
  const pem = (file: string): string => readFileSync(join(certificates, file)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `cluster-${name}`, namespace: NAMESPACE, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    stringData: { name, server, config: JSON.stringify({ tlsClientConfig: { insecure: false, caData: pem('ca.crt'), certData: pem('admin.crt'), keyData: pem('admin.key') } }) },
  };
};

/** What Argo CD's install manifest would have made and its processes insist on. */
const objects = (cluster: KubernetesFacts): readonly object[] => [
  // Looks at Git every five seconds instead of every three minutes.
  labelled('ConfigMap', 'argocd-cm', { data: { 'timeout.reconciliation': '5s', 'timeout.reconciliation.jitter': '0s' } }),
  ...['argocd-rbac-cm', 'argocd-ssh-known-hosts-cm', 'argocd-tls-certs-cm', 'argocd-gpg-keys-cm'].map((name) => labelled('ConfigMap', name, {})),
  labelled('Secret', 'argocd-secret', { stringData: { 'server.secretkey': randomBytes(32).toString('hex') } }),
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: NAMESPACE },
    spec: { sourceRepos: ['*'], destinations: [{ namespace: '*', server: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] },
  },
  // By its loopback address: the usual kubernetes.default.svc means "the cluster I run in", and this runs in none.
  clusterSecret('lab', cluster),
];

const installObjects = async (context: BootContext, cluster: KubernetesFacts): Promise<void> => {
  const k = (args: readonly string[], input?: string): Promise<string> =>
    kubectl(context, { kubeconfig: cluster.kubeconfig, args, ...(input === undefined ? {} : { input }) });
  const crds = ['application-crd.yaml', 'appproject-crd.yaml'].map((file) => join(shareFolder(context, 'argocd'), 'manifests', 'crds', file));
  await k(['apply', '--server-side', ...crds.flatMap((file) => ['--filename', file])]);
  // Not `kubectl wait`: it fails on a definition so new that it has no conditions yet.
  await until('the kinds of Argo CD are served', 60, async () => {
    await k(['get', 'applications.argoproj.io,appprojects.argoproj.io', '--all-namespaces', '--output', 'name']);
    return true;
  });
  await k(['create', 'namespace', NAMESPACE]);
  await k(['apply', '--server-side', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(cluster) }));
};

/** The folder of helm, where a spec asks for it: the repo-server calls it for charts. */
const helmFolder = ({ bin }: BootContext): readonly string[] => Object.values(bin['helm']?.paths ?? {}).slice(0, 1).map((path) => dirname(path));

/** Argo CD's core: application-controller, repo-server and a Redis. No API server, no user interface. */
export const startArgocd = async (context: BootContext, cluster: KubernetesFacts): Promise<{ readonly namespace: string }> => {
  const folder = join(context.run, 'argocd');
  const data = (name: string): string => join(folder, name);
  for (const name of ['tmp', 'tls', 'ssh', 'gpg']) mkdirSync(data(name), { recursive: true });
  await installObjects(context, cluster);
  const kubeconfig = data('kubeconfig');
  writeFileSync(kubeconfig, renderKubeconfig({ folder: cluster.certificates, user: 'admin', server: cluster.server, namespace: NAMESPACE }), { mode: 0o600 });
  const env = {
    PATH: [dirname(program(context, 'argocd', 'argocd')), dirname(program(context, 'kustomize', 'kustomize')), ...helmFolder(context), context.path].join(':'),
    HOME: folder,
    TMPDIR: data('tmp'),
    KUBECONFIG: kubeconfig,
    ARGOCD_GPG_ENABLED: 'false',
    // Applications of a fleet say `https://kubernetes.default.svc` for the cluster they are in: that kubeconfig is taken for it.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_TLS_DATA_PATH: data('tls'),
    ARGOCD_SSH_DATA_PATH: data('ssh'),
  };
  const redis = `127.0.0.1:${REDIS_PORT}`;
  launch(context, {
    name: 'redis',
    command: ['redis-server', '--port', REDIS_PORT, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
  });
  const repo = launch(context, {
    name: 'argocd-repo-server',
    env,
    command: [
      program(context, 'argocd', 'argocd-repo-server'), '--address=127.0.0.1', '--metrics-address=127.0.0.1', '--port=8081', '--disable-tls',
      '--redis', redis, '--revision-cache-expiration=1s',
    ],
  });
  const controller = launch(context, {
    name: 'argocd-application-controller',
    env,
    command: [
      program(context, 'argocd', 'argocd-application-controller'), '--kubeconfig', kubeconfig, '--namespace', NAMESPACE, '--repo-server=127.0.0.1:8081',
      '--repo-server-plaintext', '--redis', redis, '--app-resync=5', '--app-resync-jitter=0', '--persist-resource-health',
      // An error of the repository shows in the Application at once; by default it is kept back for three minutes.
      '--repo-error-grace-period-seconds=1',
    ],
  });
  await untilReady(controller, { what: 'answered /healthz', seconds: 60, probe: () => answers('http://127.0.0.1:8082/healthz') });
  await untilReady(repo, { what: 'answered /healthz', seconds: 60, probe: () => answers('http://127.0.0.1:8084/healthz') });
  return { namespace: NAMESPACE };
};
