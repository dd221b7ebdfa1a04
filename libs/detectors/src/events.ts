import { parseTime, type Instant } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { ResourceRead, World } from '@fleetmend/plugin-api';

/** Of an event: who, why, what, how often and when. */
export const EVENT_READ: ResourceRead = {
  apiVersion: 'v1', kind: 'Event', resource: 'events',
  fields: ['involvedObject', 'reason', 'message', 'count', 'firstTimestamp', 'lastTimestamp', 'eventTime', 'series', 'type', 'source.component'],
};

/** An event as detectors read it. */
export interface Note {
  readonly reason: string;
  readonly message: string;
  /** When it was noted last; 0 where the event does not say. */
  readonly last: Instant;
}

interface EventView {
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly series?: { readonly lastObservedTime?: string };
  readonly involvedObject?: { readonly fieldPath?: string };
}

/** What is noted about an object, newest first; with `container`, only what is about that container of a pod. */
export function notesAbout(object: KubeObject, world: World, container?: string): readonly Note[] {
  return world.events(object).flatMap((event) => {
    const view = event as EventView & KubeObject;
    if (container !== undefined && view.involvedObject?.fieldPath?.endsWith(`{${container}}`) !== true) return [];
    const last = parseTime(view.series?.lastObservedTime) ?? parseTime(view.lastTimestamp) ?? parseTime(view.eventTime) ?? 0;
    // Many notes that differ only in their text become one, which repeats the newest.
    return [{ reason: view.reason ?? '', message: (view.message ?? '').replace(/^\(combined from similar events\): /, ''), last }];
  });
}
