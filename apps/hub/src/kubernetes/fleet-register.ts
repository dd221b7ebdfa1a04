import { renderMicroTime, renderTime, type Clock, type Instant } from '@fleetmend/kernel';
import { findObject, isConflict, isNotFound, type KubeClient, type Writer } from '@fleetmend/k8s';
import { GROUP_VERSION, type Condition, type FleetClusterStatus, type Heartbeat, type KubeObject } from '@fleetmend/model';
import { KINDS, LEASE } from './kinds.ts';

const LEASE_SECONDS = 180;
/** The status says the same more coarsely than the Lease: nobody watches it by the second. */
const STATUS_EVERY = 60_000;

export interface FleetRegister {
  /** Notes a heartbeat: the cluster's object exists, its status is current, its Lease is renewed. */
  heard(heartbeat: Heartbeat): Promise<void>;
}

interface Known {
  readonly statusAt: Instant;
  readonly text: string;
}

/**
 * Registers clusters by their heartbeats: who may speak for a cluster was decided by the bus, from the authenticated subject.
 * The hub writes the Lease, because agents write nothing.
 */
export function createFleetRegister({ client, writer, clock, namespace }: { readonly client: KubeClient; readonly writer: Writer; readonly clock: Clock; readonly namespace: string }): FleetRegister {
  const known = new Map<string, Known>();

  async function writeStatus(heartbeat: Heartbeat): Promise<void> {
    const { cluster: name, agent, open } = heartbeat;
    const existing = (await findObject(client, KINDS.cluster, { name })) ?? (await register(writer, name));
    const now = renderTime(clock.now());
    const before = existing['status'] as FleetClusterStatus | undefined;
    const connected = before?.conditions?.find((condition) => condition.type === 'Connected' && condition.status === 'True');
    const condition: Condition = { type: 'Connected', status: 'True', reason: 'Heartbeat', message: `agent ${agent.version} reports`, lastTransitionTime: connected?.lastTransitionTime ?? now };
    const others = (before?.conditions ?? []).filter((other) => other.type !== 'Connected');
    const status = { agent: { version: agent.version, lastSeen: now }, open, conditions: [...others, condition], ...livePolicy(heartbeat, before) };
    await writer.mergePatch(KINDS.cluster, { name }, { status }, { subresource: 'status' });
  }

  async function renewLease(name: string): Promise<void> {
    const lease = `fleetmend-agent-${name}`;
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: renderMicroTime(clock.now()) };
    try {
      await writer.mergePatch(LEASE, { namespace, name: lease }, { spec });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await writer.create(LEASE, { apiVersion: LEASE.apiVersion, kind: LEASE.kind, metadata: { name: lease, namespace }, spec });
    }
  }

  return {
    async heard(heartbeat) {
      const { cluster, agent, open, inCluster } = heartbeat;
      const text = JSON.stringify([agent.version, open, inCluster]);
      const last = known.get(cluster);
      const now = clock.now();
      if (!last || last.text !== text || now - last.statusAt >= STATUS_EVERY) {
        await writeStatus(heartbeat);
        known.set(cluster, { statusAt: now, text });
      }
      await renewLease(cluster);
    },
  };
}

/**
 * What the agent says of the objects of policy bundles, as a merge patch. An agent that cannot tell leaves what is known: it
 * must not look as if there were none.
 */
function livePolicy({ inCluster }: Heartbeat, before: FleetClusterStatus | undefined): object {
  if (inCluster === undefined) return {};
  const { digests, whole } = inCluster;
  const none = digests.length === 0 && whole;
  if (none && before?.policy?.inCluster === undefined && before?.policy?.inClusterWhole === undefined) return {};
  return { policy: { inCluster: digests.length === 1 ? digests[0] : null, inClusterWhole: none ? null : whole } };
}

async function register(writer: Writer, name: string): Promise<KubeObject> {
  const object = { apiVersion: GROUP_VERSION, kind: KINDS.cluster.kind, metadata: { name }, spec: {} };
  try {
    return await writer.create(KINDS.cluster, object);
  } catch (error) {
    // Another replica, or a person, was faster.
    if (!isConflict(error)) throw error;
    return object;
  }
}
