import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kwok } from '../servers/kwok/server.ts';
import { answers } from './http-probe.ts';
import { program, shareFolder, type BootContext, type FleetMember, type KubernetesFacts } from './lab.ts';
import { kubectl, startKubernetes, type ControlPlane } from './kubernetes.ts';
import { launch, untilReady } from './server-process.ts';

interface Member {
  readonly name: string;
  readonly plane: ControlPlane;
  /** Where KWOK tells of its health. */
  readonly port: number;
  /** First two bytes of its pods' addresses. */
  readonly pods: string;
}

const member = (name: string, place: number): Member => ({
  name,
  plane: {
    prefix: `${name}-`,
    ports: { etcd: 20_000 + place, etcdPeer: 20_010 + place, apiServer: 20_020 + place, controllers: 20_030 + place, scheduler: 20_040 + place },
  },
  port: 20_050 + place,
  pods: `10.${90 + place}`,
});

const MEMBERS = [member('east', 1), member('west', 2)] as const;

/** As large as a common virtual machine: what fits nowhere in the lab does not fit here either. */
const SIZE = { cpu: '4', memory: '16Gi', pods: '110' } as const;

const nodeOf = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
  status: { allocatable: SIZE, capacity: SIZE },
});

/**
 * KWOK stands in for the kubelet: it says Ready of the node, and Running of each pod that the scheduler gave to it. What the control
 * plane decides (admission, quota, scheduling, rollouts) is real; what a program does in its container cannot be seen there.
 */
const startKwok = async (context: BootContext, { name, port, pods }: Member, cluster: KubernetesFacts): Promise<string> => {
  const node = `${name}-1`;
  const stages = (kwok.share ?? []).map((file) => `--config=${join(shareFolder(context, 'kwok'), file)}`);
  await kubectl(context, { kubeconfig: cluster.kubeconfig, args: ['create', '--filename', '-'], input: JSON.stringify(nodeOf(node)) });
  const server = launch(context, {
    name: `${name}-kwok`,
    command: [
      program(context, 'kwok', 'kwok'), `--kubeconfig=${cluster.kubeconfig}`, '--manage-all-nodes=true', `--cidr=${pods}.0.0/16`, `--node-ip=${pods}.0.1`,
      `--server-address=127.0.0.1:${port}`, '--node-lease-duration-seconds=40', ...stages,
    ],
  });
  await untilReady(server, { what: 'answered /healthz', seconds: 60, probe: () => answers(`http://127.0.0.1:${port}/healthz`) });
  await untilReady(server, {
    what: `made node ${node} Ready`,
    seconds: 60,
    probe: async () => (await kubectl(context, { kubeconfig: cluster.kubeconfig, args: ['get', 'node', node, '--output', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'] })) === 'True',
  });
  return node;
};

/** Further clusters beside the lab's own: each a control plane of its own with one simulated node. */
export const startFleet = (context: BootContext): Promise<readonly FleetMember[]> =>
  Promise.all(
    MEMBERS.map(async (one): Promise<FleetMember> => {
      const own = { ...context, run: join(context.run, one.name) };
      mkdirSync(own.run, { recursive: true });
      const cluster = await startKubernetes(own, one.plane);
      return { ...cluster, name: one.name, node: await startKwok(own, one, cluster) };
    }),
  );
