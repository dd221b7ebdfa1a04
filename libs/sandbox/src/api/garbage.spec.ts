import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../objects.ts';
import { configMap, testApi } from './spec-support/test-api.ts';

const BY = { manager: 'test' };

function family() {
  const api = testApi();
  const { objects } = api;
  const make = (name: string, owner?: KubeObject): KubeObject =>
    objects.create(
      {
        ...configMap(name),
        metadata: {
          name, namespace: 'default',
          ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true, blockOwnerDeletion: true }] } : {}),
        },
      } as unknown as KubeObject,
      BY,
    );
  const parent = make('parent');
  const child = make('child', parent);
  const grandchild = make('grandchild', child);
  const names = () => objects.list('v1', 'ConfigMap', { namespace: 'default' }).map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
  return { ...api, make, names, parent, child, grandchild };
}

describe('collecting garbage', () => {
  it('takes whole families, from the top down', async () => {
    const { objects, clock, names } = family();
    objects.delete('v1', 'ConfigMap', 'default', 'parent');
    expect(names()).toEqual(['child', 'grandchild']);
    await clock.run(0);
    expect(names()).toEqual([]);
  });

  it('in the foreground takes the children first', async () => {
    const { objects, clock, names } = family();
    const seen: string[] = [];
    objects.watch('v1', 'ConfigMap', ({ type, object }) => void (type === 'DELETED' && seen.push(object.metadata.name)));
    objects.delete('v1', 'ConfigMap', 'default', 'parent', { propagationPolicy: 'Foreground' });
    expect(objects.get('v1', 'ConfigMap', 'default', 'parent')?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await clock.run(0);
    expect(names()).toEqual([]);
    expect(seen).toEqual(['grandchild', 'child', 'parent']);
  });

  it('leaves orphans alone', async () => {
    const { objects, clock, names } = family();
    objects.delete('v1', 'ConfigMap', 'default', 'parent', { propagationPolicy: 'Orphan' });
    await clock.run(0);
    expect(names()).toEqual(['child', 'grandchild']);
    expect(objects.get('v1', 'ConfigMap', 'default', 'child')?.metadata.ownerReferences).toBeUndefined();
  });

  it('takes a child that was born after its owner died', async () => {
    const { objects, clock, names, parent, make } = family();
    objects.delete('v1', 'ConfigMap', 'default', 'parent');
    await clock.run(0);
    make('late', parent);
    await clock.run(0);
    expect(names()).toEqual([]);
  });

  it('empties a namespace before it goes', async () => {
    const { objects, clock } = testApi();
    objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, BY);
    objects.create({ ...configMap('held'), metadata: { name: 'held', namespace: 'shop', finalizers: ['fleetmend.dev/hold'] } } as unknown as KubeObject, BY);
    objects.delete('v1', 'Namespace', undefined, 'shop');
    await clock.run(0);
    expect(objects.get('v1', 'Namespace', undefined, 'shop')?.['status']).toEqual({ phase: 'Terminating' });
    const held = objects.get('v1', 'ConfigMap', 'shop', 'held');
    if (!held) throw new Error('the finalizer did not hold');
    objects.update({ ...held, metadata: { ...held.metadata, finalizers: [] } }, BY);
    await clock.run(0);
    expect(objects.get('v1', 'Namespace', undefined, 'shop')).toBeUndefined();
  });
});
