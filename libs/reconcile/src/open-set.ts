import { minutes, type Clock, type Instant } from '@fleetmend/kernel';
import { xorOf, type FailureEvent, type Heartbeat } from '@fleetmend/model';
import type { OpenSet } from '@fleetmend/ports';

/** `closed` and `gone` are remembered for as long as a request may still wait for the news. */
const KEEP_ENDED = minutes(60 * 24);

export interface LiveOpenSet extends OpenSet {
  /** Takes an event in; false: an older one than what is known. */
  apply(event: FailureEvent): boolean;
  /** Takes a heartbeat in; true: the sets differ, so the agent should say all again. */
  compare(heartbeat: Heartbeat): boolean;
  /** When that fingerprint was last seen as closed or gone since the hub started. */
  lastEnded(cluster: string, fingerprint: string): Instant | undefined;
  onChange(listener: (cluster: string, fingerprint: string) => void): void;
}

interface ClusterSet {
  readonly entries: Map<string, FailureEvent>;
  /** When each fingerprint last ended: the entry itself may be open again. */
  readonly ended: Map<string, Instant>;
  contact: Instant | undefined;
  /** First heartbeat of the agent's present life that we saw. */
  epoch: number;
  epochSince: Instant;
  synced: boolean;
}

/**
 * The hub's picture of what fails where. It holds nothing that the agents could not say again: after a restart it is empty
 * and not synced, and the first heartbeat that differs makes each agent say all.
 *
 * @param closeDwell an entry of an earlier life of the agent that nobody repeats for that long is closed.
 */
export function createOpenSet({ clock, closeDwell }: { readonly clock: Clock; readonly closeDwell: number }): LiveOpenSet {
  const since = clock.now();
  const clusters = new Map<string, ClusterSet>();
  const listeners: ((cluster: string, fingerprint: string) => void)[] = [];

  const of = (name: string): ClusterSet => {
    const known = clusters.get(name);
    if (known !== undefined) return known;
    const fresh: ClusterSet = { entries: new Map(), ended: new Map(), contact: undefined, epoch: 0, epochSince: 0, synced: false };
    clusters.set(name, fresh);
    return fresh;
  };

  const put = (set: ClusterSet, event: FailureEvent): void => {
    set.entries.set(event.fingerprint, event);
    if (event.state !== 'open') set.ended.set(event.fingerprint, event.at);
    for (const listener of listeners) listener(event.cluster, event.fingerprint);
  };

  const openOf = (set: ClusterSet): FailureEvent[] => [...set.entries.values()].filter((entry) => entry.state === 'open');

  /** What an earlier life of the agent reported and this one does not repeat has ended, once it had the time to be seen again. */
  const closeStale = (set: ClusterSet, now: Instant): void => {
    if (now - set.epochSince < closeDwell) return;
    for (const entry of openOf(set)) if (entry.epoch < set.epoch) put(set, { ...entry, state: 'closed', epoch: set.epoch, version: 1, at: now });
  };

  const forgetEnded = (set: ClusterSet, now: Instant): void => {
    for (const [fingerprint, entry] of set.entries) if (entry.state !== 'open' && now - entry.at > KEEP_ENDED) set.entries.delete(fingerprint);
    for (const [fingerprint, at] of set.ended) if (now - at > KEEP_ENDED) set.ended.delete(fingerprint);
  };

  return {
    since,
    find: (cluster, fingerprint) => clusters.get(cluster)?.entries.get(fingerprint),
    open: (cluster) => openOf(of(cluster)),
    lastContact: (cluster) => clusters.get(cluster)?.contact,
    isSynced: (cluster) => clusters.get(cluster)?.synced === true,
    lastEnded: (cluster, fingerprint) => clusters.get(cluster)?.ended.get(fingerprint),
    onChange: (listener) => void listeners.push(listener),
    apply(event) {
      const set = of(event.cluster);
      set.contact = clock.now();
      const known = set.entries.get(event.fingerprint);
      if (known !== undefined && (known.epoch > event.epoch || (known.epoch === event.epoch && known.version >= event.version))) return false;
      if (event.epoch > set.epoch) Object.assign(set, { epoch: event.epoch, epochSince: clock.now(), synced: false });
      put(set, event);
      return true;
    },
    compare(heartbeat) {
      const set = of(heartbeat.cluster);
      const now = clock.now();
      set.contact = now;
      if (heartbeat.epoch > set.epoch) Object.assign(set, { epoch: heartbeat.epoch, epochSince: now, synced: false });
      closeStale(set, now);
      forgetEnded(set, now);
      const open = openOf(set).filter((entry) => entry.epoch >= heartbeat.epoch);
      const equal = open.length === heartbeat.open && xorOf(open.map((entry) => entry.fingerprint)) === heartbeat.xor;
      set.synced = equal && openOf(set).length === open.length && now - set.epochSince >= 0;
      return !equal;
    },
  };
}
