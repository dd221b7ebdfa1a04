import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@fleetmend/kernel';
import { createApiServer, identityOf, openStore, renderKubeconfig, serveApi, SHORT_PROFILE, startPhysics, type Physics } from '@fleetmend/sandbox';
import { systemClock } from '@fleetmend/telemetry';

export interface SandboxCluster {
  readonly kubeconfig: string;
  readonly node: string;
  /** Errors of its controllers, in their own words: there should be none. */
  readonly troubles: readonly string[];
  stop(): Promise<void>;
}

/** One cluster of the sandbox with one node on a real clock, reachable by kubectl over HTTPS. */
export const startSandboxCluster = async (folder: string): Promise<SandboxCluster> => {
  const node = 'node-1';
  const store = openStore({ path: ':memory:' });
  const identity = await identityOf(store, systemClock);
  const late: { physics?: Physics } = {};
  const troubles: string[] = [];
  const server = createApiServer({
    name: 'sandbox',
    store,
    clock: systemClock,
    random: seededRandom(3),
    certificateAuthority: identity.certificateAuthority,
    logs: (request) => {
      if (!late.physics) throw new Error('the node of the sandbox is not up yet');
      return late.physics.podLogs(request);
    },
  });
  server.objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels: { 'kubernetes.io/hostname': node } } }, { manager: 'lab' });
  const physics = startPhysics({
    objects: server.objects,
    clock: systemClock,
    random: seededRandom(7),
    profile: SHORT_PROFILE,
    failed: ({ error }) => void troubles.push(error instanceof Error ? error.message : String(error)),
  });
  late.physics = physics;
  const serving = await serveApi({ servers: [server], identity });
  const kubeconfig = join(folder, 'sandbox.kubeconfig');
  writeFileSync(kubeconfig, renderKubeconfig(serving.clusters, 'sandbox'), { mode: 0o600 });
  return {
    kubeconfig,
    node,
    troubles,
    async stop() {
      await serving.close();
      physics.stop();
      server.close();
      store.close();
    },
  };
};
