import { messageOf, parseTime, renderMicroTime, seconds, type Clock, type Random } from '@fleetmend/kernel';
import { findObject, isConflict, type KubeClient, type Writer } from '@fleetmend/k8s';
import type { KubeObject } from '@fleetmend/model';
import { LEASE } from './kinds.ts';

const NAME = 'fleetmend-hub';
const DURATION = seconds(15);
const RENEW = seconds(5);

export interface LeaderLeaseOptions {
  readonly client: KubeClient;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  /** The same over restarts of one replica, so that it need not wait for its own former self. */
  readonly identity: string;
  /** Called when leading begins; what it answers is called, and awaited, when leading ends. */
  readonly lead: () => () => Promise<void>;
  readonly warn: (message: string) => void;
}

export interface LeaderLease {
  readonly leading: boolean;
  /** Ends leading and gives the Lease back. */
  stop(): Promise<void>;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/**
 * One leader at a time, as an optimisation: two of them waste work and harm nothing, because every effect is guarded by
 * resourceVersion and by Git.
 */
export function startLeaderLease({ client, writer, clock, random, namespace, identity, lead, warn }: LeaderLeaseOptions): LeaderLease {
  const ending = new AbortController();
  let endLeading: (() => Promise<void>) | undefined;
  let renewedAt = 0;

  /** Takes or renews the Lease; false: somebody else holds it. */
  async function hold(): Promise<boolean> {
    const now = clock.now();
    const lease = await findObject(client, LEASE, { namespace, name: NAME });
    const spec = { holderIdentity: identity, leaseDurationSeconds: DURATION / 1000, renewTime: renderMicroTime(now) };
    if (!lease) {
      await writer.create(LEASE, { apiVersion: LEASE.apiVersion, kind: LEASE.kind, metadata: { name: NAME, namespace }, spec: { ...spec, acquireTime: spec.renewTime, leaseTransitions: 0 } });
      return true;
    }
    const held = lease['spec'] as LeaseSpec | undefined;
    const free = !held?.holderIdentity || now - (parseTime(held.renewTime) ?? 0) > DURATION;
    const mine = held?.holderIdentity === identity;
    if (!mine && !free) return false;
    const taken = mine ? { ...held, ...spec } : { ...held, ...spec, acquireTime: spec.renewTime, leaseTransitions: (held?.leaseTransitions ?? 0) + 1 };
    await writer.replace(LEASE, withSpec(lease, taken));
    return true;
  }

  async function step(): Promise<void> {
    const held = await hold().catch((error: unknown) => {
      if (isConflict(error)) return false;
      warn(`the leader Lease ${namespace}/${NAME} cannot be renewed: ${messageOf(error)}`);
      // Nobody else may take it before it ran out.
      return endLeading !== undefined && clock.now() - renewedAt < DURATION;
    });
    if (held) renewedAt = clock.now();
    if (held && !endLeading && !ending.signal.aborted) endLeading = lead();
    if (!held) await stopLeading();
  }

  async function stopLeading(): Promise<void> {
    const end = endLeading;
    endLeading = undefined;
    await end?.();
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      await step();
      await clock.sleep(Math.round(RENEW * (0.75 + random.next() / 2)), ending.signal).catch(() => undefined);
    }
  }

  async function giveBack(): Promise<void> {
    const lease = await findObject(client, LEASE, { namespace, name: NAME });
    const held = lease?.['spec'] as LeaseSpec | undefined;
    if (lease && held?.holderIdentity === identity) await writer.replace(LEASE, withSpec(lease, { ...held, holderIdentity: '' }));
  }

  const running = run();
  return {
    get leading() {
      return endLeading !== undefined;
    },
    async stop() {
      ending.abort(new Error('the hub is stopping'));
      await running;
      const led = endLeading !== undefined;
      await stopLeading();
      if (led) await giveBack().catch((error: unknown) => warn(`the leader Lease was not given back: ${messageOf(error)}`));
    },
  };
}

function withSpec(lease: KubeObject, spec: LeaseSpec): KubeObject {
  const { name, namespace, resourceVersion } = lease.metadata;
  return { apiVersion: LEASE.apiVersion, kind: LEASE.kind, metadata: { name, namespace, resourceVersion }, spec };
}
