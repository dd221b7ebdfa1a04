import { PermanentError } from '@fleetmend/kernel';
import { groupOf, type KubeObject } from '@fleetmend/model';
import type { KubeClient } from './kube-client.ts';
import { isNotFound } from './kube-errors.ts';
import { resourcePath, type ResourceType } from './resource-type.ts';

/** One group, and which of its resources may be written; `all` for every one of the group. */
export interface MayWrite {
  readonly group: string;
  readonly resources: readonly string[] | 'all';
}

/** All that a hub writes: what it keeps in our own kinds, events about them, its Leases. Never an approval, a policy or a binding. */
export const HUB_MAY_WRITE: readonly MayWrite[] = [
  { group: 'fleetmend.dev', resources: ['remediationrequests', 'fleetclusters', 'policyrollouts'] },
  { group: '', resources: ['events'] },
  { group: 'coordination.k8s.io', resources: ['leases'] },
];

export interface WritePlace {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface PatchOptions {
  readonly subresource?: string;
  readonly fieldManager?: string;
}

/**
 * Writes what its allow-list names, and nothing else.
 *
 * Every method throws PermanentError `WriteNotAllowed` before anything leaves, KubeStatusError 409 on a conflict.
 */
export interface Writer {
  create(type: ResourceType, object: KubeObject): Promise<KubeObject>;
  /** Replaces the object if it still has the resourceVersion that `object` carries. */
  replace(type: ResourceType, object: KubeObject): Promise<KubeObject>;
  replaceStatus(type: ResourceType, object: KubeObject): Promise<KubeObject>;
  mergePatch(type: ResourceType, place: WritePlace, patch: unknown, options?: PatchOptions): Promise<KubeObject>;
  /** Server-side apply. `force` takes over fields that another manager owns. */
  apply(type: ResourceType, object: unknown, place: WritePlace, options: PatchOptions & { readonly fieldManager: string; readonly force?: boolean }): Promise<KubeObject>;
  /** Gone already counts as done. With `uid`, only that very object. */
  delete(type: ResourceType, place: WritePlace & { readonly uid?: string | undefined; readonly propagation?: 'Background' | 'Foreground' | 'Orphan' }): Promise<void>;
}

export function createWriter(client: KubeClient, allow: readonly MayWrite[]): Writer {
  function pathFor(type: ResourceType, place: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string | undefined }): string {
    const group = groupOf(type.apiVersion);
    const allowed = allow.some((rule) => rule.group === group && (rule.resources === 'all' || rule.resources.includes(type.resource)));
    if (!allowed) {
      const listed = allow.map((rule) => `${rule.resources === 'all' ? '*' : rule.resources.join('|')}.${rule.group || 'core'}`).join(', ');
      throw new PermanentError('WriteNotAllowed', `refused to write ${type.resource} of API group "${group}": this writer may write only ${listed}`);
    }
    return resourcePath(type, place);
  }
  const send = async (method: string, path: string, body: unknown, extra: { readonly contentType?: string; readonly query?: Readonly<Record<string, string | boolean | undefined>> } = {}) =>
    (await client.json({ method, path, body, ...extra })) as KubeObject;
  const placeOf = (object: KubeObject): WritePlace => ({ namespace: object.metadata.namespace, name: object.metadata.name });

  return {
    create: async (type, object) => send('POST', pathFor(type, { namespace: object.metadata.namespace }), object),
    replace: async (type, object) => send('PUT', pathFor(type, placeOf(object)), object),
    replaceStatus: async (type, object) => send('PUT', pathFor(type, { ...placeOf(object), subresource: 'status' }), object),
    mergePatch: async (type, place, patch, { subresource, fieldManager } = {}) =>
      send('PATCH', pathFor(type, { ...place, subresource }), patch, { contentType: 'application/merge-patch+json', query: { fieldManager } }),
    apply: async (type, object, place, { subresource, fieldManager, force }) =>
      send('PATCH', pathFor(type, { ...place, subresource }), object, { contentType: 'application/apply-patch+yaml', query: { fieldManager, force } }),
    async delete(type, { uid, propagation = 'Background', ...place }) {
      try {
        await send('DELETE', pathFor(type, place), { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation, ...(uid ? { preconditions: { uid } } : {}) });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}
