import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { createWorldCache } from './world-cache.ts';

const object = (kind: string, name: string, parts: Partial<KubeObject['metadata']> = {}, rest: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: kind === 'Pod' || kind === 'Event' ? 'v1' : 'apps/v1', kind, metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...parts }, ...rest,
});
const ownedBy = (kind: string, name: string, uid = `uid-${name}`) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid, controller: true }] });
const event = (name: string, involved: string, lastTimestamp: string) => object('Event', name, {}, { involvedObject: { uid: involved }, lastTimestamp });

function cacheWith(...objects: readonly KubeObject[]) {
  const changed: string[] = [];
  const cache = createWorldCache((key) => changed.push(key));
  for (const one of objects) cache.sink(one.apiVersion, one.kind).upsert(one);
  return { cache, changed };
}

describe('the world', () => {
  it('finds objects by name and lists them by namespace', () => {
    const { cache } = cacheWith(object('Pod', 'a'), object('Pod', 'b', { namespace: 'bank' }));
    expect(cache.world.get('v1', 'Pod', 'shop', 'a')?.metadata.name).toBe('a');
    expect(cache.world.get('v1', 'Pod', 'bank', 'a')).toBeUndefined();
    expect(cache.world.list('v1', 'Pod')).toHaveLength(2);
    expect(cache.world.list('v1', 'Pod', 'bank').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(cache.count('v1', 'Pod')).toBe(2);
  });

  it('follows owners to the top, and no further than the same object', () => {
    const pod = object('Pod', 'a', ownedBy('ReplicaSet', 'rs'));
    const { cache } = cacheWith(pod, object('ReplicaSet', 'rs', ownedBy('Deployment', 'web')), object('Deployment', 'web'));
    expect(cache.world.owners(pod).map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Deployment']);
    expect(cache.world.owners(object('Pod', 'b', ownedBy('ReplicaSet', 'rs', 'an older one')))).toEqual([]);
  });

  it('is not held by owners that own each other', () => {
    const { cache } = cacheWith(object('ReplicaSet', 'x', ownedBy('ReplicaSet', 'y')), object('ReplicaSet', 'y', ownedBy('ReplicaSet', 'x')));
    expect(cache.world.owners(object('Pod', 'a', ownedBy('ReplicaSet', 'x'))).length).toBeLessThanOrEqual(8);
  });

  it('finds events by whom they involve, newest first, also after they changed and went', () => {
    const pod = object('Pod', 'a');
    const { cache } = cacheWith(pod, event('old', 'uid-a', '2026-01-05T09:00:00Z'), event('new', 'uid-a', '2026-01-05T09:05:00Z'), event('other', 'uid-b', '2026-01-05T09:09:00Z'));
    const names = () => cache.world.events(pod).map(({ metadata }) => metadata.name);
    expect(names()).toEqual(['new', 'old']);
    const sink = cache.sink('v1', 'Event');
    sink.upsert(event('old', 'uid-a', '2026-01-05T09:30:00Z'));
    expect(names()).toEqual(['old', 'new']);
    sink.remove(event('new', 'uid-a', ''));
    expect(names()).toEqual(['old']);
    sink.replace([]);
    expect(names()).toEqual([]);
  });

  it('takes an event that names nobody\'s uid for one about whoever has that name', () => {
    const pod = object('Pod', 'a');
    const { cache } = cacheWith(pod, object('Event', 'by-name', {}, { involvedObject: { kind: 'Pod', namespace: 'shop', name: 'a' } }), object('Event', 'another', {}, { involvedObject: { kind: 'Pod', namespace: 'bank', name: 'a' } }));
    expect(cache.world.events(pod).map(({ metadata }) => metadata.name)).toEqual(['by-name']);
  });

  it('tells of an event that the object which it is about has changed', () => {
    const { changed } = cacheWith(object('Event', 'e', {}, { involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a', uid: 'uid-a' } }));
    expect(changed).toEqual(['/Pod/shop/a']);
  });

  it('tells of all that a replacement added, kept and took away', () => {
    const { cache, changed } = cacheWith(object('Pod', 'a'), object('Pod', 'b'));
    changed.length = 0;
    cache.sink('v1', 'Pod').replace([object('Pod', 'b'), object('Pod', 'c')]);
    expect([...new Set(changed)].toSorted()).toEqual(['/Pod/shop/a', '/Pod/shop/b', '/Pod/shop/c']);
    expect(cache.find('/Pod/shop/a')).toBeUndefined();
    expect(cache.find('/Pod/shop/c')).toBeDefined();
  });
});
