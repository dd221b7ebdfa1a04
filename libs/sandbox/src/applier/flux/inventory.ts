import type { ObjectRef } from '../apply-objects.ts';
import type { InventoryEntry } from './shapes.ts';

/** `namespace_name_group_Kind`, with `__` for a colon in the name. Source: fluxcd/cli-utils 1.2, pkg/object/objmetadata.go. */
export function renderEntry({ namespace, name, group, kind, version }: ObjectRef): InventoryEntry {
  return { id: `${namespace}_${name.replaceAll(':', '__')}_${group}_${kind}`, v: version };
}

export function readEntry({ id, v }: InventoryEntry): ObjectRef {
  const [, namespace = '', name = '', group = '', kind = ''] = /^([^_]*)_(.*)_([^_]*)_([^_]*)$/.exec(id) ?? [];
  return { namespace, name: name.replaceAll('__', ':'), group, kind, version: v };
}
