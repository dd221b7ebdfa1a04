import { messageOf, parseTime, seconds, type Clock, type Duration, type Instant } from '@fleetmend/kernel';
import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import type { AgentLog } from '../agent-log.ts';
import type { Watch } from '../watch/watch.ts';
import type { ObjectKey, WorldCache } from '../watch/world-cache.ts';
import { mergeSighting, type Sighting } from './sighting.ts';
import type { Change, Tracker } from './tracker.ts';

export interface DetectionOptions {
  readonly cluster: string;
  readonly detectors: readonly Detector[];
  readonly cache: WorldCache;
  readonly watch: Watch;
  readonly tracker: Tracker;
  readonly clock: Clock;
  readonly tick: Duration;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  /** Called for each change, in order. Must not throw. */
  readonly onChange: (change: Change) => void;
}

export interface Detection {
  /** An object changed: look at it again. */
  touch(key: ObjectKey, kind: string): void;
  /** The first complete look has been taken. */
  readonly ready: boolean;
  readonly done: Promise<void>;
}

/** Looks at everything again this often: an owner that a finding names may have come later than the object. */
const SWEEP: Duration = seconds(30);
/** What shows a failure is looked at again this often: what heals it may be a change of another object. */
const RECHECK: Duration = seconds(2);

/** What a detector saw in one object. */
type Seen = Pick<Sighting, 'fingerprint' | 'detector' | 'finding'>;

/** Looks at what changed, tick by tick, and lets the tracker decide what it means in time. */
export function startDetection(options: DetectionOptions): Detection {
  const { cluster, detectors, cache, watch, tracker, clock, tick, signal, log, onChange } = options;
  const inspected = new Set(detectors.flatMap((detector) => detector.inspects));
  const dirty = new Set<ObjectKey>();
  const seen = new Map<ObjectKey, readonly Seen[]>();
  let ready = false;
  let swept: Instant = 0;
  let rechecked: Instant = 0;

  function inspect(key: ObjectKey): void {
    const object = cache.find(key);
    const findings = object ? detectors.filter((detector) => detector.inspects.includes(object.kind)).flatMap((detector) => inspectWith(detector, object)) : [];
    if (findings.length === 0) seen.delete(key);
    else seen.set(key, findings);
  }

  function inspectWith(detector: Detector, object: KubeObject): readonly Seen[] {
    try {
      return detector.inspect(object, cache.world).map((finding) => ({ fingerprint: fingerprintOf(cluster, finding), detector, finding }));
    } catch (error) {
      // One detector that fails on one odd object must not blind the others.
      log.warn(`detector ${detector.kind} failed on ${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}: ${messageOf(error)}`);
      return [];
    }
  }

  function look(now: Instant): void {
    if (now - swept >= SWEEP) {
      swept = now;
      for (const kind of inspected) for (const key of cache.keys(kind)) dirty.add(key);
    }
    if (now - rechecked >= RECHECK) {
      rechecked = now;
      for (const key of seen.keys()) dirty.add(key);
    }
    for (const key of dirty) inspect(key);
    dirty.clear();
    const sightings = new Map<string, Sighting>();
    for (const findings of seen.values()) for (const one of findings) sightings.set(one.fingerprint, mergeSighting(sightings.get(one.fingerprint), one));
    const since = ready ? undefined : sinceOf;
    for (const change of tracker.observe({ now, sightings, since })) onChange(change);
    ready = true;
  }

  /** After a start, a pod's own condition says how long it has been in trouble: a restart of the agent delays no report. */
  function sinceOf({ finding }: Sighting): Instant {
    const { namespace } = finding.target;
    const pod = cache.world.get('v1', 'Pod', namespace, finding.observation.pod ?? '');
    return (pod && notReadySince(pod)) ?? clock.now();
  }

  async function run(): Promise<void> {
    await watch.whenReady();
    while (!signal.aborted) {
      try {
        look(clock.now());
      } catch (error) {
        // A look that fails is a defect of ours; the next one may see what this one could not.
        log.warn(`a look at the cluster failed: ${messageOf(error)}; please report it`);
      }
      await clock.sleep(tick, signal);
    }
  }

  return {
    touch(key, kind) {
      if (inspected.has(kind)) dirty.add(key);
    },
    get ready() {
      return ready;
    },
    done: run().catch(() => undefined),
  };
}

interface Conditions {
  readonly status?: { readonly conditions?: readonly { readonly type?: string; readonly status?: string; readonly lastTransitionTime?: string }[] };
}

/** When the pod stopped being ready; undefined while it is ready. */
export function notReadySince(pod: KubeObject): Instant | undefined {
  const ready = (pod as Conditions & KubeObject).status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? undefined : parseTime(ready?.lastTransitionTime ?? pod.metadata.creationTimestamp);
}
