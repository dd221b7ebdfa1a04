import { parseTime } from '@fleetmend/kernel';
import { groupOf, type KubeObject } from '@fleetmend/model';
import type { ReflectorSink } from '@fleetmend/k8s';
import type { World } from '@fleetmend/plugin-api';

/** Names one object inside the cache: `/Pod/shop/checkout-1`. */
export type ObjectKey = string;

/** Told of every object that appeared, changed or went away; of an event, it is told of the object that the event is about. */
export type OnChange = (key: ObjectKey, kind: string) => void;

export interface WorldCache {
  readonly world: World;
  /** Where the reflector of a kind delivers. */
  sink(apiVersion: string, kind: string): ReflectorSink;
  find(key: ObjectKey): KubeObject | undefined;
  keys(kind: string): readonly ObjectKey[];
  /** The group and kind are watched, so that an object that is not here does not exist. */
  holds(apiVersion: string, kind: string): boolean;
  count(apiVersion: string, kind: string): number;
}

/** Objects of one kind by namespace and name; what has no namespace lives under the empty one. */
type Shelf = Map<string, Map<string, KubeObject>>;

interface EventFields {
  readonly involvedObject?: { readonly apiVersion?: string; readonly kind?: string; readonly namespace?: string; readonly name?: string; readonly uid?: string };
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly series?: { readonly lastObservedTime?: string };
}

/** The agent's picture of its cluster: projected objects, in memory, found by name, by namespace, and events by whom they involve. */
export function createWorldCache(onChange: OnChange): WorldCache {
  const shelves = new Map<string, Shelf>();
  const eventsBySubject = new Map<string, Map<string, KubeObject>>();
  const shelfOf = (apiVersion: string, kind: string) => shelves.get(`${groupOf(apiVersion)}/${kind}`);
  const keyOf = (object: KubeObject): ObjectKey => `${groupOf(object.apiVersion)}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;

  function get(apiVersion: string, kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return shelfOf(apiVersion, kind)?.get(namespace ?? '')?.get(name);
  }

  function tell(object: KubeObject): void {
    if (object.kind !== 'Event') return onChange(keyOf(object), object.kind);
    const { apiVersion = 'v1', kind = '', namespace = '', name = '' } = (object as EventFields & KubeObject).involvedObject ?? {};
    onChange(`${groupOf(apiVersion)}/${kind}/${namespace}/${name}`, kind);
  }

  function put(shelf: Shelf, object: KubeObject): void {
    const namespace = object.metadata.namespace ?? '';
    const names = shelf.get(namespace) ?? new Map<string, KubeObject>();
    shelf.set(namespace, names);
    const before = names.get(object.metadata.name);
    if (before) unindex(before);
    names.set(object.metadata.name, object);
    const subject = subjectOf(object);
    if (subject === undefined) return;
    const events = eventsBySubject.get(subject) ?? new Map<string, KubeObject>();
    eventsBySubject.set(subject, events);
    events.set(object.metadata.name, object);
  }

  function unindex(object: KubeObject): void {
    const subject = subjectOf(object);
    const events = subject === undefined ? undefined : eventsBySubject.get(subject);
    events?.delete(object.metadata.name);
    if (subject !== undefined && events?.size === 0) eventsBySubject.delete(subject);
  }

  /** The controller's reference, if it still means the same object and not a later one of that name. */
  function ownerOf(object: KubeObject): KubeObject | undefined {
    const reference = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (!reference) return undefined;
    const owner = get(reference.apiVersion, reference.kind, object.metadata.namespace, reference.name) ?? get(reference.apiVersion, reference.kind, undefined, reference.name);
    return owner?.metadata.uid === undefined || owner.metadata.uid === reference.uid ? owner : undefined;
  }

  const world: World = {
    get,
    list(apiVersion, kind, namespace) {
      const shelf = shelfOf(apiVersion, kind);
      if (!shelf) return [];
      if (namespace !== undefined) return [...(shelf.get(namespace)?.values() ?? [])];
      return [...shelf.values()].flatMap((names) => [...names.values()]);
    },
    owners(object) {
      const chain: KubeObject[] = [];
      // Owner references cannot form a long chain; a loop of them must not hold us.
      for (let owner = ownerOf(object); owner && chain.length < 8; owner = ownerOf(owner)) chain.push(owner);
      return chain;
    },
    events: (object) => [object.metadata.uid ?? '', nameOf(object.kind, object.metadata)].flatMap((subject) => [...(eventsBySubject.get(subject)?.values() ?? [])]).sort((a, b) => eventTimeOf(b) - eventTimeOf(a)),
  };

  return {
    world,
    sink(apiVersion, kind) {
      const shelf: Shelf = shelfOf(apiVersion, kind) ?? new Map();
      shelves.set(`${groupOf(apiVersion)}/${kind}`, shelf);
      const remove = (object: KubeObject) => {
        const names = shelf.get(object.metadata.namespace ?? '');
        const held = names?.get(object.metadata.name);
        if (held) unindex(held);
        names?.delete(object.metadata.name);
        if (names?.size === 0) shelf.delete(object.metadata.namespace ?? '');
        tell(object);
      };
      return {
        replace(objects) {
          const before = [...shelf.values()].flatMap((names) => [...names.values()]);
          shelf.clear();
          for (const object of before) unindex(object);
          for (const object of objects) put(shelf, object);
          for (const object of [...before, ...objects]) tell(object);
        },
        upsert(object) {
          put(shelf, object);
          tell(object);
        },
        remove,
      };
    },
    find(key) {
      const [group, kind, namespace, name] = key.split('/');
      return shelves.get(`${group ?? ''}/${kind ?? ''}`)?.get(namespace ?? '')?.get(name ?? '');
    },
    keys: (kind) => [...shelves].filter(([id]) => id.endsWith(`/${kind}`)).flatMap(([, shelf]) => [...shelf.values()].flatMap((names) => [...names.values()].map(keyOf))),
    holds: (apiVersion, kind) => shelfOf(apiVersion, kind) !== undefined,
    count: (apiVersion, kind) => [...(shelfOf(apiVersion, kind)?.values() ?? [])].reduce((sum, names) => sum + names.size, 0),
  };
}

/** Whom an event is about: by uid, or by name where its author gave none, as `kubectl describe` does. */
function subjectOf(object: KubeObject): string | undefined {
  const involved = object.kind === 'Event' ? (object as EventFields & KubeObject).involvedObject : undefined;
  return involved?.uid || (involved?.name === undefined ? undefined : nameOf(involved.kind ?? '', { name: involved.name, namespace: involved.namespace }));
}

const nameOf = (kind: string, { namespace, name }: { readonly namespace?: string | undefined; readonly name: string }): string => `${kind}/${namespace ?? ''}/${name}`;

/** Series and the newer events API keep their times in other fields than the old one. */
export function eventTimeOf(event: KubeObject): number {
  const { series, lastTimestamp, eventTime } = event as EventFields & KubeObject;
  return parseTime(series?.lastObservedTime) ?? parseTime(lastTimestamp) ?? parseTime(eventTime) ?? parseTime(event.metadata.creationTimestamp) ?? 0;
}
