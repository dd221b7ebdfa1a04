import type { KubeClient } from './kube-client.ts';
import { isNotFound } from './kube-errors.ts';
import { groupOf } from '@fleetmend/model';
import type { ResourceType } from './resource-type.ts';

interface ApiResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[] | null;
}

/** Finds out how a cluster serves a kind. */
export interface Discovery {
  /** Undefined when the cluster does not serve that kind in that version now; asked again next time. */
  find(apiVersion: string, kind: string): Promise<ResourceType | undefined>;
}

/** Asks the server once per group and version that exists, and remembers what it found. */
export function createDiscovery(client: KubeClient): Discovery {
  const known = new Map<string, ResourceType>();
  return {
    async find(apiVersion, kind) {
      const key = `${apiVersion}/${kind}`;
      const found = known.get(key);
      if (found) return found;
      for (const type of await readTypes(client, apiVersion)) known.set(`${apiVersion}/${type.kind}`, type);
      return known.get(key);
    },
  };
}

async function readTypes(client: KubeClient, apiVersion: string): Promise<readonly ResourceType[]> {
  try {
    const list = (await client.json({ path: groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}` })) as ApiResourceList;
    return (list.resources ?? []).filter(({ name }) => !name.includes('/')).map(({ name, kind, namespaced }) => ({ apiVersion, kind, resource: name, namespaced }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
