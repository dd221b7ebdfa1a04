import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../build/go-toolchain.ts';
import { makeCertificates } from './certificates.ts';
import { answers } from './http-probe.ts';
import { program, type BootContext, type KubernetesFacts } from './lab.ts';
import { launch, until, untilReady, type ServerProcess } from './server-process.ts';

/** One control plane among several: where its servers listen on the loopback address, and what their logs begin with. */
export interface ControlPlane {
  readonly prefix: string;
  readonly ports: { readonly etcd: number; readonly etcdPeer: number; readonly apiServer: number; readonly controllers: number; readonly scheduler: number };
}

/** The lab's own cluster, by the usual ports. */
const FIRST: ControlPlane = { prefix: '', ports: { etcd: 2379, etcdPeer: 2380, apiServer: 6443, controllers: 10257, scheduler: 10259 } };

interface Boot {
  readonly context: BootContext;
  readonly plane: ControlPlane;
}

const serverOf = ({ ports }: ControlPlane): string => `https://127.0.0.1:${ports.apiServer}`;
const etcdOf = ({ ports }: ControlPlane): string => `http://127.0.0.1:${ports.etcd}`;

const start = ({ context, plane }: Boot, name: string, flags: readonly string[]): ServerProcess =>
  launch(context, { name: `${plane.prefix}${name}`, command: [program(context, 'kubernetes', name), ...flags] });

const startEtcd = async (boot: Boot): Promise<void> => {
  const data = join(boot.context.run, 'etcd');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const client = etcdOf(boot.plane);
  const peer = `http://127.0.0.1:${boot.plane.ports.etcdPeer}`;
  const etcd = start(boot, 'etcd', [
    '--name=lab', `--data-dir=${data}`, `--listen-client-urls=${client}`, `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=lab=${peer}`,
    // The data does not outlive the lab, so nothing is gained by waiting for the disk.
    '--unsafe-no-fsync', '--log-level=warn',
  ]);
  await untilReady(etcd, { what: 'answered /health', seconds: 30, probe: () => answers(`${client}/health`) });
};

const startApiServer = async (boot: Boot, keys: string): Promise<void> => {
  const key = (name: string): string => join(keys, name);
  const server = start(boot, 'kube-apiserver', [
    '--bind-address=127.0.0.1', `--secure-port=${boot.plane.ports.apiServer}`, '--advertise-address=127.0.0.1', `--etcd-servers=${etcdOf(boot.plane)}`,
    // Without this it would refuse to publish a loopback address as an endpoint of the `kubernetes` Service.
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${key('apiserver.crt')}`, `--tls-private-key-file=${key('apiserver.key')}`, `--client-ca-file=${key('ca.crt')}`,
    '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged=true',
    '--service-cluster-ip-range=10.96.0.0/16', '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key('service-accounts.pub')}`, `--service-account-signing-key-file=${key('service-accounts.key')}`,
    `--kubelet-client-certificate=${key('kubelet-client.crt')}`, `--kubelet-client-key=${key('kubelet-client.key')}`,
    `--kubelet-certificate-authority=${key('ca.crt')}`, '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${key('ca.crt')}`, '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User', '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${key('front-proxy.crt')}`, `--proxy-client-key-file=${key('front-proxy.key')}`,
    '--profiling=false',
  ]);
  const read = (name: string): string => readFileSync(key(name), 'utf8');
  const client = { ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') };
  await untilReady(server, { what: 'answered /readyz', seconds: 90, probe: () => answers(`${serverOf(boot.plane)}/readyz`, client) });
};

const startControllers = async (boot: Boot, keys: string): Promise<void> => {
  const { ports } = boot.plane;
  const common = (name: string, port: number): readonly string[] => {
    const kubeconfig = join(keys, `${name}.kubeconfig`);
    return [
      '--bind-address=127.0.0.1', `--secure-port=${port}`, `--kubeconfig=${kubeconfig}`, `--authentication-kubeconfig=${kubeconfig}`, `--authorization-kubeconfig=${kubeconfig}`,
      '--leader-elect=false', '--kube-api-qps=300', '--kube-api-burst=600',
    ];
  };
  const controllers = start(boot, 'kube-controller-manager', [
    ...common('controller-manager', ports.controllers), '--use-service-account-credentials=true', `--root-ca-file=${join(keys, 'ca.crt')}`,
    `--service-account-private-key-file=${join(keys, 'service-accounts.key')}`,
    `--cluster-signing-cert-file=${join(keys, 'ca.crt')}`, `--cluster-signing-key-file=${join(keys, 'ca.key')}`,
  ]);
  const scheduler = start(boot, 'kube-scheduler', common('scheduler', ports.scheduler));
  await untilReady(controllers, { what: 'answered /healthz', seconds: 60, probe: () => answers(`https://127.0.0.1:${ports.controllers}/healthz`) });
  await untilReady(scheduler, { what: 'answered /readyz', seconds: 60, probe: () => answers(`https://127.0.0.1:${ports.scheduler}/readyz`) });
};

/** Runs kubectl as the lab's administrator; its output, or an error that holds what it said. */
export const kubectl = async (
  context: Pick<BootContext, 'bin'>,
  options: { readonly kubeconfig: string; readonly args: readonly string[]; readonly input?: string },
): Promise<string> => {
  const result = await runCommand([program(context, 'kubernetes', 'kubectl'), '--kubeconfig', options.kubeconfig, ...options.args], {
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (result.status !== 0) throw new Error(`kubectl ${options.args.join(' ')} failed: ${result.stderr.trim()}`);
  return result.stdout;
};

/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler on loopback addresses. */
export const startKubernetes = async (context: BootContext, plane: ControlPlane = FIRST): Promise<KubernetesFacts> => {
  const boot = { context, plane };
  const certificates = join(context.run, 'certificates');
  const server = serverOf(plane);
  await Promise.all([makeCertificates(certificates, server), startEtcd(boot)]);
  await startApiServer(boot, certificates);
  await startControllers(boot, certificates);
  const kubeconfig = join(certificates, 'admin.kubeconfig');
  // Pods are refused until the controller-manager has made the service account of their namespace.
  await until('the default service account exists', 60, async () => {
    await kubectl(context, { kubeconfig, args: ['get', 'serviceaccount', 'default', '--namespace', 'default', '--output', 'name'] });
    return true;
  });
  return { server, kubeconfig, certificates };
};
