import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../build/go-toolchain.ts';
import { NODE_ADDRESS, NODE_NAME } from './certificates.ts';
import { answers } from './http-probe.ts';
import { program, type BootContext, type KubernetesFacts } from './lab.ts';
import { kubectl } from './kubernetes.ts';
import { launch, untilReady } from './server-process.ts';

const BRIDGE = 'labbr0';
/** Covered by a tmpfs of the lab's own, as is every other fixed path of containerd. */
const STATE = '/run/containerd';
const SOCKET = `${STATE}/containerd.sock`;
/** The empty registry listens there: a pull fails at once, as for a wrong tag, and inside the machine. */
const REGISTRY = 'http://127.0.0.1:5999';
const PAUSE = '127.0.0.1:5999/pause:1';

/** Overlay file systems do not stack (a container as build machine has one already): images are copied there instead. */
const snapshotter = (folder: string): string => (statfsSync(folder).type === 0x794c7630 ? 'native' : 'overlayfs');

const containerdConfig = (root: string, cni: string, hosts: string): string => `version = 2
root = "${root}"
state = "${STATE}"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
]
[grpc]
  address = "${SOCKET}"
[ttrpc]
  address = "${SOCKET}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  disable_apparmor = true
  enable_unprivileged_ports = true
  # Lowering a score needs CAP_SYS_RESOURCE; without this runc dies with "can't get final child's PID from pipe".
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${hosts}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter(root)}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;

const network = (addresses: string): object => ({
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: false,
      ipMasq: false,
      hairpinMode: true,
      ipam: { type: 'host-local', dataDir: addresses, ranges: [[{ subnet: '10.88.0.0/24', rangeStart: '10.88.0.10', gateway: NODE_ADDRESS }]] },
    },
  ],
});

const kubeletConfig = (options: { readonly run: string; readonly keys: string; readonly cgroup: string }): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: NODE_ADDRESS,
  port: 10250,
  readOnlyPort: 0,
  healthzBindAddress: '127.0.0.1',
  healthzPort: 10248,
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${options.cgroup}`,
  failSwapOn: false,
  containerRuntimeEndpoint: `unix://${SOCKET}`,
  authentication: { anonymous: { enabled: false }, x509: { clientCAFile: join(options.keys, 'ca.crt') }, webhook: { enabled: true } },
  authorization: { mode: 'Webhook' },
  tlsCertFile: join(options.keys, 'kubelet.crt'),
  tlsPrivateKeyFile: join(options.keys, 'kubelet.key'),
  resolvConf: join(options.run, 'resolv.conf'),
  podLogsDir: join(options.run, 'pod-logs'),
  volumePluginDir: join(options.run, 'volume-plugins'),
  makeIPTablesUtilChains: false,
  evictionHard: { 'memory.available': '200Mi', 'nodefs.available': '1Gi', 'imagefs.available': '1Gi' },
  // The images are imported, not pulled: one that was collected would be gone.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  imageMaximumGCAge: '0s',
  syncFrequency: '5s',
  nodeStatusUpdateFrequency: '5s',
  maxPods: 60,
  clusterDNS: [NODE_ADDRESS],
  registerNode: true,
  // Back-offs of seconds instead of minutes: stories about crash loops stay short.
  featureGates: { KubeletCrashLoopBackOffMax: true },
  crashLoopBackOff: { maxContainerRestartPeriod: '8s' },
});

const must = async (command: readonly [string, ...string[]], path: string): Promise<string> => {
  const result = await runCommand(command, { env: { PATH: path } });
  if (result.status !== 0) throw new Error(`${command.join(' ')} failed: ${(result.stderr || result.stdout).trim()}`);
  return result.stdout;
};

const startContainerd = async (context: BootContext): Promise<void> => {
  const run = (name: string): string => join(context.run, name);
  for (const folder of ['containerd', 'cni', 'cni-addresses', 'registry-hosts/_default']) mkdirSync(run(folder), { recursive: true });
  writeFileSync(run('cni/10-lab.conflist'), JSON.stringify(network(run('cni-addresses'))));
  writeFileSync(run('registry-hosts/_default/hosts.toml'), `server = "${REGISTRY}"\n[host."${REGISTRY}"]\n  capabilities = ["pull", "resolve"]\n`);
  writeFileSync(run('containerd.toml'), containerdConfig(run('containerd'), run('cni'), run('registry-hosts')));
  // containerd reads the machine's devices once, so the bridge must be there before it.
  await must(['ip', 'link', 'add', 'name', BRIDGE, 'type', 'bridge'], context.path);
  await must(['ip', 'address', 'add', `${NODE_ADDRESS}/24`, 'dev', BRIDGE], context.path);
  await must(['ip', 'link', 'set', BRIDGE, 'up'], context.path);
  const containerd = launch(context, { name: 'containerd', command: ['containerd', '--config', run('containerd.toml')] });
  const ctr = (...args: string[]): readonly [string, ...string[]] => ['ctr', '--address', SOCKET, '--namespace', 'k8s.io', ...args];
  await untilReady(containerd, {
    what: 'answered `ctr version`',
    seconds: 30,
    probe: async () => (await runCommand(ctr('version'), { env: { PATH: context.path } })).status === 0,
  });
  for (const tar of Object.values(context.images)) await must(ctr('images', 'import', tar), context.path);
};

/** A real node: containerd and a kubelet, with the lab's images imported. Needs root. */
export const startNode = async (context: BootContext, cluster: KubernetesFacts): Promise<{ readonly name: string; readonly containerd: string }> => {
  const registry = launch(context, { name: 'empty-registry', command: [process.execPath, join(import.meta.dirname, '..', 'inside', 'empty-registry.ts')] });
  await untilReady(registry, { what: 'answered /v2/', seconds: 20, probe: () => answers(`${REGISTRY}/v2/`) });
  await startContainerd(context);
  const run = (name: string): string => join(context.run, name);
  writeFileSync(run('resolv.conf'), '\n');
  writeFileSync(run('kubelet.json'), JSON.stringify(kubeletConfig({ run: context.run, keys: cluster.certificates, cgroup: context.cgroup })));
  const kubelet = launch(context, {
    name: 'kubelet',
    command: [
      program(context, 'kubernetes', 'kubelet'), `--config=${run('kubelet.json')}`, `--kubeconfig=${join(cluster.certificates, 'kubelet.kubeconfig')}`,
      `--hostname-override=${NODE_NAME}`, `--node-ip=${NODE_ADDRESS}`, `--root-dir=${run('kubelet')}`, `--cert-dir=${run('kubelet-certificates')}`, '--v=2',
    ],
  });
  await untilReady(kubelet, { what: 'answered /healthz', seconds: 60, probe: () => answers('http://127.0.0.1:10248/healthz') });
  await untilReady(kubelet, {
    what: `made node ${NODE_NAME} Ready`,
    seconds: 60,
    probe: async () => {
      const status = '{.status.conditions[?(@.type=="Ready")].status}';
      return (await kubectl(context, { kubeconfig: cluster.kubeconfig, args: ['get', 'node', NODE_NAME, '--output', `jsonpath=${status}`] })) === 'True';
    },
  });
  return { name: NODE_NAME, containerd: SOCKET };
};
