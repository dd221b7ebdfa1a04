import { messageOf, minutes, type Clock } from '@fleetmend/kernel';
import { isNotFound, listObjects, type KubeClient } from '@fleetmend/k8s';
import { BUNDLE_DIGEST, type InClusterPolicy, type KubeObject } from '@fleetmend/model';
import type { AgentLog } from '../agent-log.ts';
import { POLICY_READS } from '../rights.ts';

export interface LivePolicy {
  /** Which bundles are live in the cluster; undefined: it could not be read yet, or not any more. */
  known(): InClusterPolicy | undefined;
  /** Resolves after the signal was aborted. */
  readonly done: Promise<void>;
}

const EVERY = minutes(1);
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** More at once than anybody rolls out; the heartbeat stays small. */
const MOST = 8;

/** Reads what policy bundles have put into the cluster, apart from the heartbeat: an API server that hangs must not silence it. */
export function watchLivePolicy({ client, clock, signal, log }: { readonly client: KubeClient; readonly clock: Clock; readonly signal: AbortSignal; readonly log: AgentLog }): LivePolicy {
  let known: InClusterPolicy | undefined;
  let said = '';
  const look = async (): Promise<void> => {
    try {
      const lists = await Promise.all(POLICY_READS.map((type) => listServed(client, { ...type, namespaced: false }, signal)));
      known = livePolicyOf(lists.flat());
      said = '';
    } catch (error) {
      known = undefined;
      if (messageOf(error) !== said && !signal.aborted) log.warn(`cannot read which policy bundle is live in the cluster: ${messageOf(error)}`);
      said = messageOf(error);
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look();
      await clock.sleep(EVERY, signal).catch(() => undefined);
    }
  };
  return { known: () => known, done: run() };
}

/** A kind that the cluster does not serve has no objects. */
async function listServed(client: KubeClient, type: Parameters<typeof listObjects>[1], signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    return (await listObjects(client, type, { signal })).items.map((object) => ({ ...object, apiVersion: type.apiVersion, kind: type.kind }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** @internal An annotation that is no digest belongs to no bundle, so that what it stands on is in nobody's place. */
export function livePolicyOf(objects: readonly KubeObject[]): InClusterPolicy {
  const ours = objects.filter(({ metadata }) => metadata.annotations?.[BUNDLE_DIGEST] !== undefined);
  const values = new Set(ours.map(({ metadata }) => metadata.annotations?.[BUNDLE_DIGEST] ?? ''));
  const whole = values.size <= 1 && [...values].every((value) => DIGEST.test(value)) && ours.every(isTaken);
  return { digests: [...values].filter((value) => DIGEST.test(value)).sort().slice(0, MOST), whole };
}

/** Gatekeeper compiles a template and says so in its status; what it could not compile judges nothing. */
function isTaken(object: KubeObject): boolean {
  const { created } = (object['status'] ?? {}) as { readonly created?: boolean };
  return object.kind !== 'ConstraintTemplate' || created === true;
}
