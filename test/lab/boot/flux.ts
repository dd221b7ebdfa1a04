import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from './http-probe.ts';
import { program, shareFolder, type BootContext, type KubernetesFacts } from './lab.ts';
import { kubectl } from './kubernetes.ts';
import { launch, until, untilReady, type ServerProcess } from './server-process.ts';

const NAMESPACE = 'flux-system';
const ARTIFACTS = '127.0.0.1:9790';
/** Of both controllers: every namespace, one replica, no notification-controller to tell. A dependency is looked at again soon. */
const COMMON = ['--watch-all-namespaces', '--enable-leader-election=false', '--events-addr=', '--requeue-dependency=2s', '--log-level=info'] as const;

const installKinds = async (context: BootContext, cluster: KubernetesFacts): Promise<void> => {
  const k = (args: readonly string[]): Promise<string> => kubectl(context, { kubeconfig: cluster.kubeconfig, args });
  const folders = ['source-controller', 'kustomize-controller'].map((server) => join(shareFolder(context, server), 'config', 'crd', 'bases'));
  await k(['apply', '--server-side', ...folders.flatMap((folder) => ['--filename', folder])]);
  await until('the kinds of Flux are served', 60, async () => {
    await k(['get', 'gitrepositories.source.toolkit.fluxcd.io,kustomizations.kustomize.toolkit.fluxcd.io', '--all-namespaces', '--output', 'name']);
    return true;
  });
  await k(['create', 'namespace', NAMESPACE]);
};

/** Flux's source-controller (with the lab's stand-in for its artifact store) and kustomize-controller. No Helm, no notifications. */
export const startFlux = async (context: BootContext, cluster: KubernetesFacts): Promise<{ readonly namespace: string }> => {
  const folder = join(context.run, 'flux');
  await installKinds(context, cluster);
  const start = (name: string, ports: { readonly metrics: number; readonly health: number }, args: readonly string[]): ServerProcess => {
    const home = join(folder, name);
    mkdirSync(join(home, 'tmp'), { recursive: true });
    return launch(context, {
      name,
      env: { HOME: home, TMPDIR: join(home, 'tmp'), KUBECONFIG: cluster.kubeconfig, RUNTIME_NAMESPACE: NAMESPACE },
      command: [program(context, name, name), ...COMMON, `--metrics-addr=127.0.0.1:${ports.metrics}`, `--health-addr=127.0.0.1:${ports.health}`, ...args],
    });
  };
  const storage = join(folder, 'artifacts');
  mkdirSync(storage, { recursive: true });
  const source = start('source-controller', { metrics: 9791, health: 9792 }, [`--storage-path=${storage}`, `--storage-addr=${ARTIFACTS}`, `--storage-adv-addr=${ARTIFACTS}`]);
  const kustomize = start('kustomize-controller', { metrics: 9793, health: 9794 }, []);
  await untilReady(source, { what: 'answered /readyz', seconds: 60, probe: () => answers('http://127.0.0.1:9792/readyz') });
  await untilReady(kustomize, { what: 'answered /readyz', seconds: 60, probe: () => answers('http://127.0.0.1:9794/readyz') });
  return { namespace: NAMESPACE };
};
