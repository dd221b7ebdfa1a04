import { minutes, parseTime, renderMicroTime, renderTime, sha256, shortDigest } from '@fleetmend/kernel';
import type { Clock, Duration, Instant } from '@fleetmend/kernel';
import { StatusError } from '../../objects.ts';
import type { ClusterObjects, KubeObject } from '../../objects.ts';
import type { KubeEvent } from '../shapes/cluster.ts';

export interface EventNote {
  readonly about: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The reporting component: `kubelet`, `replicaset-controller` … */
  readonly from: string;
  readonly node?: string;
  /** `spec.containers{app}` where the event is about one container. */
  readonly fieldPath?: string;
}

export interface EventRecorder {
  /** Repeats of the same note raise the count of one Event object. */
  record(note: EventNote): void;
  /** In the newer form that the scheduler uses: `reportingComponent` and `action`, repeats as a `series`. */
  recordAction(note: EventNote & { readonly action: string }): void;
  /** Deletes events that were last seen more than `kept` ago. */
  expire(kept: Duration): void;
}

const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW = minutes(10);

/**
 * Writes Events as client-go's recorder does: the same note again raises `count` and `lastTimestamp`; more than ten notes in ten minutes
 * that differ only in their text become one "(combined from similar events)".
 *
 * Event names are derived from the note, so that counting goes on after a restart.
 */
export function createEventRecorder(objects: ClusterObjects, clock: Clock): EventRecorder {
  const similar = new Map<string, { readonly since: Instant; readonly messages: Set<string> }>();

  function combined(note: EventNote): EventNote {
    const group = [note.about.metadata.uid, note.type, note.reason, note.from, note.fieldPath].join('\u0000');
    const now = clock.now();
    const seen = similar.get(group);
    const current = seen && now - seen.since < SIMILAR_WINDOW ? seen : { since: now, messages: new Set<string>() };
    similar.set(group, current);
    current.messages.add(note.message);
    return current.messages.size > SIMILAR_LIMIT ? { ...note, message: `(combined from similar events): ${note.message}` } : note;
  }

  function write(event: KubeEvent, repeated: (existing: KubeEvent) => KubeEvent): void {
    const writer = { manager: event['reportingComponent'] === 'kubelet' ? 'kubelet' : 'kube-controller-manager' };
    const existing = objects.get<KubeEvent>('v1', 'Event', event.metadata.namespace, event.metadata.name);
    try {
      if (existing) objects.update(repeated(existing), writer);
      else objects.create(event, writer);
    } catch (error) {
      // A namespace that is going away refuses new events; client-go drops them, too.
      if (!(error instanceof StatusError) || (error.code !== 403 && error.code !== 404)) throw error;
    }
  }

  function base(note: EventNote, key: readonly (string | undefined)[]): Pick<KubeEvent, 'apiVersion' | 'kind' | 'metadata' | 'involvedObject'> {
    const { about } = note;
    const id = shortDigest(sha256([about.metadata.uid, about.metadata.name, about.metadata.namespace, note.type, note.reason, note.from, note.fieldPath, ...key].join('\u0000')), 16);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${about.metadata.name}.${id}`, namespace: about.metadata.namespace ?? 'default' },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name: about.metadata.name,
        ...(about.metadata.namespace ? { namespace: about.metadata.namespace } : {}),
        ...(about.metadata.uid ? { uid: about.metadata.uid } : {}),
        ...(about.metadata.resourceVersion ? { resourceVersion: about.metadata.resourceVersion } : {}),
        ...(note.fieldPath ? { fieldPath: note.fieldPath } : {}),
      },
    };
  }

  return {
    record(raw) {
      const note = combined(raw);
      const now = renderTime(clock.now());
      const isCombined = note !== raw;
      const event: KubeEvent = {
        ...base(note, [isCombined ? 'combined' : note.message]),
        type: note.type,
        reason: note.reason,
        message: note.message,
        source: { component: note.from, ...(note.node ? { host: note.node } : {}) },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        eventTime: null,
        reportingComponent: note.from,
        reportingInstance: note.node ?? '',
      };
      write(event, (existing) => ({ ...existing, message: note.message, count: (existing.count ?? 1) + 1, lastTimestamp: now }));
    },
    recordAction(note) {
      const now = renderMicroTime(clock.now());
      const event: KubeEvent = {
        ...base(note, [note.message, note.action]),
        type: note.type,
        reason: note.reason,
        message: note.message,
        action: note.action,
        source: {},
        firstTimestamp: null,
        lastTimestamp: null,
        eventTime: now,
        reportingComponent: note.from,
        reportingInstance: `${note.from}-sandbox`,
      };
      write(event, (existing) => ({ ...existing, series: { count: (existing.series?.count ?? 1) + 1, lastObservedTime: now } }));
    },
    expire(kept) {
      const oldest = clock.now() - kept;
      for (const [group, { since }] of similar) if (clock.now() - since >= SIMILAR_WINDOW) similar.delete(group);
      for (const event of objects.list<KubeEvent>('v1', 'Event')) {
        const seen = parseTime(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
        if (seen !== undefined && seen < oldest) objects.delete('v1', 'Event', event.metadata.namespace, event.metadata.name);
      }
    },
  };
}
