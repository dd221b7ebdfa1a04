import { seconds, type Duration, type Instant } from '@fleetmend/kernel';
import { holdOf, type Finding, type Target } from '@fleetmend/model';
import { addState, isQuiet, NO_HISTORY, type FlapHistory } from './flapping.ts';
import { isEcho, ownerOf, ownersOf, type Sighting } from './sighting.ts';

/** A failure that the agent has spoken about, or is about to. */
export interface Tracked {
  readonly fingerprint: string;
  readonly detector: string;
  finding: Finding;
  firstSeen: Instant;
  count: number;
  state: 'pending' | 'open' | 'ended';
  /** Last moment in which it was seen. */
  lastSeen: Instant;
  /** Since when its target is healthy. */
  healthySince: Instant | undefined;
  /** When its target was looked at last. */
  checked: Instant;
  history: FlapHistory;
  /** It was seen since the last state was noted for `history`. */
  seenInPeriod: boolean;
}

export type Change =
  | { readonly change: 'opened' | 'grown' | 'closed' | 'gone'; readonly entry: Tracked }
  /** It was never reported, and healed inside its dwell. */
  | { readonly change: 'forgotten'; readonly entry: Tracked };

/** What the tracker asks about the target of a failure that is not seen any more. `unknown`: the picture is too old to say. */
export type TargetState = 'healthy' | 'unhealthy' | 'gone' | 'unknown';

export interface TrackerOptions {
  /** How long a target must be healthy before its failure counts as closed. */
  readonly hold: Duration;
  readonly targetState: (target: Target) => TargetState;
}

export interface Observed {
  readonly now: Instant;
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** Since when an object has shown what is seen for the first time; asked at the first look after a start only. */
  readonly since?: ((sighting: Sighting) => Instant) | undefined;
}

/** A finding of whatever age, as one that another may be an echo of. */
type Voice = Pick<Tracked, 'fingerprint' | 'finding' | 'detector'>;

export interface Tracker {
  /** Takes in what is seen now; answers what changed, in the order in which it became known. */
  observe(observed: Observed): readonly Change[];
  /** Takes up what an earlier life of the agent had reported as open. */
  restore(entry: Pick<Tracked, 'fingerprint' | 'detector' | 'finding' | 'firstSeen' | 'count'>, now: Instant): void;
  open(): readonly Tracked[];
  flapping(): number;
}

/** How often the health of a target that shows no symptom is looked at. */
const CHECK: Duration = seconds(2);
/** A finding that blinks for this long is still the same one while it waits for its dwell. */
const BLINK: Duration = seconds(10);

/** Brings time into findings: dwell before a failure is believed, hold before it is over, and no new failure for one that flaps. */
export function createTracker({ hold, targetState }: TrackerOptions): Tracker {
  const entries = new Map<string, Tracked>();
  let noted: Instant | undefined;

  function see(sighting: Sighting, { now, since }: Observed): Tracked {
    const known = entries.get(sighting.fingerprint);
    if (known && known.state !== 'ended') return known;
    const entry: Tracked = {
      fingerprint: sighting.fingerprint, detector: sighting.detector.kind, finding: sighting.finding, count: 0, state: 'pending', lastSeen: now, healthySince: undefined, checked: 0,
      firstSeen: Math.min(now, since?.(sighting) ?? now), history: known?.history ?? NO_HISTORY, seenInPeriod: false,
    };
    entries.set(sighting.fingerprint, entry);
    return entry;
  }

  /** Who speaks about which owner: what is seen now, and what is open, because causes blink. */
  function voices(sightings: Observed['sightings']): ReadonlyMap<string, readonly Voice[]> {
    const byOwner = new Map<string, Voice[]>();
    const add = (voice: Voice) => {
      const owner = ownerOf(voice.finding);
      const known = byOwner.get(owner);
      if (known) known.push(voice);
      else byOwner.set(owner, [voice]);
    };
    for (const { fingerprint, finding, detector } of sightings.values()) add({ fingerprint, finding, detector: detector.kind });
    for (const entry of entries.values()) if (entry.state === 'open') add(entry);
    return byOwner;
  }

  function explained(sighting: Sighting, byOwner: ReadonlyMap<string, readonly Voice[]>): boolean {
    const others = ownersOf(sighting.finding).flatMap((owner) => byOwner.get(owner) ?? []);
    return others.some((other) => other.fingerprint !== sighting.fingerprint && isEcho(sighting.finding, sighting.detector, other));
  }

  function present(sighting: Sighting, observed: Observed): Change | undefined {
    const { now } = observed;
    const entry = see(sighting, observed);
    entry.finding = sighting.finding;
    entry.lastSeen = now;
    entry.healthySince = undefined;
    entry.checked = 0;
    entry.seenInPeriod = true;
    const grown = sighting.count > entry.count && stepOf(sighting.count) > stepOf(entry.count);
    entry.count = Math.max(entry.count, sighting.count);
    if (entry.state === 'open') return grown ? { change: 'grown', entry } : undefined;
    const { dwell, patience } = sighting.detector;
    const { time, restarts = 0 } = dwell;
    if (now - entry.firstSeen < Math.max(time, patience?.(sighting.finding) ?? 0) || sighting.restarts < restarts) return undefined;
    entry.state = 'open';
    return { change: 'opened', entry };
  }

  function absent(entry: Tracked, now: Instant): Change | undefined {
    if (entry.state === 'pending') {
      if (now - entry.lastSeen <= BLINK) return undefined;
      entry.state = 'ended';
      return { change: 'forgotten', entry };
    }
    if (entry.state === 'ended' || now - entry.checked < Math.min(CHECK, hold / 10)) return undefined;
    entry.checked = now;
    const state = targetState(entry.finding.target);
    if (state === 'gone') return end(entry, 'gone');
    // A picture that is too old, or a target that fails in another way, does not count as health.
    entry.healthySince = state === 'healthy' ? (entry.healthySince ?? now) : undefined;
    if (entry.healthySince === undefined || now - entry.healthySince < holdOf(entry.finding.class, hold) || entry.history.flapping) return undefined;
    return end(entry, 'closed');
  }

  function end(entry: Tracked, change: 'closed' | 'gone'): Change {
    entry.state = 'ended';
    return { change, entry };
  }

  /** One state per hold: that is how fast a failure could come and go. */
  function note(now: Instant): void {
    noted ??= now;
    if (now - noted < hold) return;
    noted = now;
    for (const [fingerprint, entry] of entries) {
      entry.history = addState(entry.history, entry.seenInPeriod);
      entry.seenInPeriod = false;
      if (entry.state === 'ended' && isQuiet(entry.history)) entries.delete(fingerprint);
    }
  }

  return {
    observe(observed) {
      note(observed.now);
      const changes: Change[] = [];
      const seen = new Set<string>();
      const byOwner = voices(observed.sightings);
      for (const sighting of observed.sightings.values()) {
        if (explained(sighting, byOwner)) continue;
        seen.add(sighting.fingerprint);
        const change = present(sighting, observed);
        if (change) changes.push(change);
      }
      for (const entry of entries.values()) {
        const change = seen.has(entry.fingerprint) ? undefined : absent(entry, observed.now);
        if (change) changes.push(change);
      }
      return changes;
    },
    restore(entry, now) {
      entries.set(entry.fingerprint, { ...entry, state: 'open', lastSeen: now, healthySince: undefined, checked: 0, history: NO_HISTORY, seenInPeriod: true });
    },
    open: () => [...entries.values()].filter(({ state }) => state === 'open'),
    flapping: () => [...entries.values()].filter(({ history }) => history.flapping).length,
  };
}

/** 1, 2, 5, 10, 20, 50 …: a count is told again when it has reached the next of these. */
function stepOf(count: number): number {
  if (count < 1) return 0;
  const power = 10 ** Math.floor(Math.log10(count));
  const lead = count / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}
