import type { KubeObject } from '@fleetmend/model';
import type { KubeClient } from './kube-client.ts';
import { isGone, isNotFound } from './kube-errors.ts';
import { resourcePath, type ResourceType } from './resource-type.ts';

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Stop after that many objects. */
  readonly max?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListResult {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** There are more than `max`. */
  readonly truncated: boolean;
}

interface ListPage {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
}

const PAGE = 500;

/** One object; undefined when it, or its type, does not exist. */
export async function findObject(client: KubeClient, type: ResourceType, place: { readonly namespace?: string | undefined; readonly name: string; readonly signal?: AbortSignal }): Promise<KubeObject | undefined> {
  try {
    return typed((await client.json({ path: resourcePath(type, place), signal: place.signal })) as KubeObject, type);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** All objects of a type, page by page. A page token that expired on the way starts the list again, once. */
export async function listObjects(client: KubeClient, type: ResourceType, options: ListOptions = {}): Promise<ListResult> {
  try {
    return await listOnce(client, type, options);
  } catch (error) {
    if (!isGone(error)) throw error;
    return listOnce(client, type, options);
  }
}

async function listOnce(client: KubeClient, type: ResourceType, { namespace, labelSelector, fieldSelector, max = Number.POSITIVE_INFINITY, signal }: ListOptions): Promise<ListResult> {
  const items: KubeObject[] = [];
  let token: string | undefined;
  for (;;) {
    const page = (await client.json({
      path: resourcePath(type, { namespace }),
      query: { limit: Math.min(PAGE, max - items.length), continue: token, labelSelector, fieldSelector },
      signal,
    })) as ListPage;
    for (const item of page.items ?? []) items.push(typed(item, type));
    token = page.metadata?.continue || undefined;
    if (token === undefined || items.length >= max) {
      return { items: items.slice(0, max), resourceVersion: page.metadata?.resourceVersion ?? '', truncated: token !== undefined || items.length > max };
    }
  }
}

/** Items of a list do not carry their type; everything else expects them to. */
function typed(object: KubeObject, type: ResourceType): KubeObject {
  return object.kind ? object : { ...object, apiVersion: type.apiVersion, kind: type.kind };
}

/** `app=web,tier=front` of exact labels, for a label selector. */
export function renderSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
