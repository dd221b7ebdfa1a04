import type { Json } from './json.ts';

/** Field names of `events.k8s.io/v1` → core `v1`; both show the same stored object. */
const CORE_NAMES: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};
const NEW_NAMES: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(CORE_NAMES).map(([modern, core]) => [core, modern]));

export function toCoreEvent(event: Json): Json {
  return { ...renamed(event, CORE_NAMES), apiVersion: 'v1', kind: 'Event' };
}

export function toModernEvent(event: Json): Json {
  return { ...renamed(event, NEW_NAMES), apiVersion: 'events.k8s.io/v1', kind: 'Event' };
}

function renamed(event: Json, names: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [names[key] ?? key, value]));
}
