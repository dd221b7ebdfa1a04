import { seconds, minutes, seededRandom, type Duration } from '@fleetmend/kernel';
import { createWorld } from '@fleetmend/sandbox';
import { VirtualClock } from '@fleetmend/testing';
import { playCase } from './play.ts';
import type { Observation } from './observe.ts';
import type { ParityCase } from './parity-case.ts';

/** The node's name in both worlds, so that no message has to be changed for it. */
export const NODE = 'lab1';
export const TAINT = { key: 'dedicated', value: 'batch', effect: 'NoSchedule' } as const;

/** How often a world is looked at, and for how long at most. */
const LOOK_EVERY: Duration = seconds(0.5);
const PATIENCE: Duration = minutes(3);

/** One case in a cluster of the sandbox of its own, on a virtual clock. */
export async function playInSandbox(one: ParityCase): Promise<{ readonly seen: Observation; readonly troubles: readonly string[] }> {
  const clock = new VirtualClock();
  const troubles: string[] = [];
  const world = createWorld({
    clusters: ['parity'], clock, random: seededRandom(11), state: ':memory:', repositories: () => undefined,
    failed: ({ error }) => troubles.push(error instanceof Error ? error.message : String(error)),
  });
  try {
    const { server, objects } = world.cluster('parity');
    const spec = one.node === undefined ? {} : { spec: one.node === 'tainted' ? { taints: [TAINT] } : { unschedulable: true } };
    objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': NODE } }, ...spec }, { manager: 'kubelet', user: `system:node:${NODE}` });
    await clock.run(seconds(5));
    const seen = await playCase(one, {
      connection: { server: 'https://parity.test', fetch: ((input: string | URL | Request, init?: RequestInit) => server.fetch(new Request(input, init))) as typeof fetch, headers: () => Promise.resolve({}) },
      sleep: (span) => clock.run(span),
      wait: async (done) => {
        for (let waited = 0; waited <= PATIENCE; waited += LOOK_EVERY) {
          if (await done()) return true;
          await clock.run(LOOK_EVERY);
        }
        return false;
      },
    });
    return { seen, troubles };
  } finally {
    world.close();
  }
}
