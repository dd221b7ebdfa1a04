import { minutes, type Clock, type Instant } from '@fleetmend/kernel';
import { causesOf, keyOfCause, xorOf, type FailureEvent, type Heartbeat } from '@fleetmend/model';
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
  /** Fingerprints of nodes that are lost. */
  readonly nodes: Set<string>;
  contact: Instant | undefined;
  pods: number | undefined;
  /** First heartbeat of the agent's present life that we saw. */
  epoch: number;
  epochSince: Instant;
  synced: boolean;
  /** Since when the agent's digests differ from ours, without a break; undefined: the last one did not. */
  differsSince: Instant | undefined;
  /** When each fingerprint was last said by the agent, news or not. */
  readonly heard: Map<string, Instant>;
}

/** What was heard in a longer difference may be over itself: then the count starts anew. */
const LONGEST_DIFFERENCE = minutes(5);

/**
 * The hub's picture of what fails where. It holds nothing that the agents could not say again: after a restart it is empty
 * and not synced, and the first heartbeat that differs makes each agent say all.
 *
 * @param closeDwell an entry of an earlier life of the agent that nobody repeats for that long is closed.
 */
export function createOpenSet({ clock, closeDwell }: { readonly clock: Clock; readonly closeDwell: number }): LiveOpenSet {
  const since = clock.now();
  const clusters = new Map<string, ClusterSet>();
  const byCause = new Map<string, Map<string, FailureEvent>>();
  const causesEnded = new Map<string, Instant>();
  const listeners: ((cluster: string, fingerprint: string) => void)[] = [];

  const of = (name: string): ClusterSet => {
    const known = clusters.get(name);
    if (known !== undefined) return known;
    const fresh: ClusterSet = { entries: new Map(), ended: new Map(), nodes: new Set(), contact: undefined, pods: undefined, epoch: 0, epochSince: 0, synced: false, differsSince: undefined, heard: new Map() };
    clusters.set(name, fresh);
    return fresh;
  };

  const reindex = (event: FailureEvent): void => {
    for (const cause of causesOf(event)) {
      const key = keyOfCause(cause);
      const members = byCause.get(key) ?? new Map<string, FailureEvent>();
      if (event.state === 'open') byCause.set(key, members.set(`${event.cluster}/${event.fingerprint}`, event));
      else if (members.delete(`${event.cluster}/${event.fingerprint}`) && members.size === 0) {
        byCause.delete(key);
        causesEnded.set(key, clock.now());
      }
    }
  };

  const put = (set: ClusterSet, event: FailureEvent): void => {
    const before = set.entries.get(event.fingerprint);
    if (before !== undefined) reindex({ ...before, state: 'closed' });
    reindex(event);
    set.entries.set(event.fingerprint, event);
    if (event.finding.class === 'NodeNotReady' && event.state === 'open') set.nodes.add(event.fingerprint);
    else set.nodes.delete(event.fingerprint);
    if (event.state !== 'open') set.ended.set(event.fingerprint, event.at);
    for (const listener of listeners) listener(event.cluster, event.fingerprint);
  };

  const openOf = (set: ClusterSet): FailureEvent[] => [...set.entries.values()].filter((entry) => entry.state === 'open');

  /** What an earlier life of the agent reported and this one does not repeat has ended, once it had the time to be seen again. */
  const closeStale = (set: ClusterSet, now: Instant): void => {
    if (now - set.epochSince < closeDwell) return;
    for (const entry of openOf(set)) if (entry.epoch < set.epoch) put(set, { ...entry, state: 'closed', epoch: set.epoch, version: 0, at: now });
  };

  /**
   * The message that something ended may be lost, and an agent that says its whole open set again does not say it. But when
   * exactly what it has said since the difference began makes up its digest, then all the rest has ended. News that is younger
   * than the digest takes no part, nor what an earlier life of the agent said: the present one may yet have to see it.
   */
  const closeUnsaid = (set: ClusterSet, heartbeat: Heartbeat, now: Instant): void => {
    const from = set.differsSince ?? now;
    if (set.differsSince === undefined || now - from > LONGEST_DIFFERENCE) set.differsSince = now;
    const known = openOf(set).filter((entry) => entry.at <= heartbeat.at && entry.epoch >= heartbeat.epoch);
    const said = known.filter((entry) => (set.heard.get(entry.fingerprint) ?? 0) >= from);
    if (said.length !== heartbeat.open || xorOf(said.map((entry) => entry.fingerprint)) !== heartbeat.xor) return;
    for (const entry of known) if (!said.includes(entry)) put(set, { ...entry, state: 'closed', at: heartbeat.at });
  };

  const forgetEnded = (set: ClusterSet, now: Instant): void => {
    for (const [fingerprint, entry] of set.entries) if (entry.state !== 'open' && now - entry.at > KEEP_ENDED) set.entries.delete(fingerprint);
    for (const memory of [set.ended, set.heard]) for (const [fingerprint, at] of memory) if (now - at > KEEP_ENDED) memory.delete(fingerprint);
  };

  return {
    since,
    find: (cluster, fingerprint) => clusters.get(cluster)?.entries.get(fingerprint),
    open: (cluster) => openOf(of(cluster)),
    pods: (cluster) => clusters.get(cluster)?.pods,
    sharing: (cause) => byCause.get(keyOfCause(cause))?.values() ?? [],
    sharingEnded: (cause) => causesEnded.get(keyOfCause(cause)),
    lostNodes: (cluster) => [...of(cluster).nodes].flatMap((fingerprint) => of(cluster).entries.get(fingerprint) ?? []),
    lastContact: (cluster) => clusters.get(cluster)?.contact,
    isSynced: (cluster) => clusters.get(cluster)?.synced === true,
    lastEnded: (cluster, fingerprint) => clusters.get(cluster)?.ended.get(fingerprint),
    onChange: (listener) => void listeners.push(listener),
    apply(event) {
      const set = of(event.cluster);
      set.contact = clock.now();
      set.heard.set(event.fingerprint, set.contact);
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
      set.pods = heartbeat.pods;
      if (heartbeat.epoch > set.epoch) Object.assign(set, { epoch: heartbeat.epoch, epochSince: now, synced: false });
      closeStale(set, now);
      forgetEnded(set, now);
      const equals = () => {
        const open = openOf(set).filter((entry) => entry.epoch >= heartbeat.epoch);
        return open.length === heartbeat.open && xorOf(open.map((entry) => entry.fingerprint)) === heartbeat.xor;
      };
      const equal = equals();
      if (equal) set.differsSince = undefined;
      else closeUnsaid(set, heartbeat, now);
      set.synced = equals() && openOf(set).every((entry) => entry.epoch >= heartbeat.epoch);
      return !equal;
    },
  };
}
