import type { Cluster } from '../cluster.ts';
import { badRequest, methodNotAllowed, unknownPath } from '../refusals.ts';
import { discovery } from './discovery.ts';
import { createOpenapi } from './openapi.ts';
import { requirePermission } from './permission.ts';
import { podLog } from './pod-log-route.ts';
import type { PodLogs } from './pod-logs.ts';
import { getOne, listAll, type Target } from './read.ts';
import { type ApiRequest, readRequest, type RequestContext } from './request.ts';
import { plain, refusal } from './responses.ts';
import { review } from './reviews.ts';
import { subresource } from './subresources.ts';
import { type OpenWatches, watch } from './watch.ts';
import { create, patch, remove, removeAll, replace } from './write.ts';

export type { RequestContext } from './request.ts';

export interface RouterOptions {
  readonly cluster: Cluster;
  /** Makes what was written durable; called before a write is answered. */
  readonly flush: () => void;
  readonly logs: PodLogs | undefined;
}

export interface Router {
  fetch(request: Request, context?: RequestContext): Promise<Response>;
  close(): void;
}

export function createRouter({ cluster, flush, logs }: RouterOptions): Router {
  const open: OpenWatches = new Set();
  const openapi = createOpenapi(cluster);
  return {
    async fetch(raw, context) {
      const request = await readRequest(raw, context);
      try {
        const response = openapi(request) ?? (await route(cluster, request, { open, logs }));
        if (request.method !== 'GET') flush();
        return response;
      } catch (error) {
        return refusal(error, request.warnings);
      }
    },
    close() {
      for (const end of [...open]) end();
    },
  };
}

interface Serving {
  readonly open: OpenWatches;
  readonly logs: PodLogs | undefined;
}

async function route(cluster: Cluster, request: ApiRequest, serving: Serving): Promise<Response> {
  const { path } = request;
  if (['/healthz', '/livez', '/readyz'].some((health) => path === health || path.startsWith(`${health}/`))) return plain('ok');
  const found = discovery(cluster, request);
  if (found) return found;
  const target = targetOf(cluster, path);
  if (!target) throw unknownPath();
  return serve(cluster, target, request, serving);
}

/** `/api/v1/namespaces/shop/pods/web-0/status` → what it names. */
export function targetOf(cluster: Cluster, path: string): Target | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const root = parts.shift();
  const group = root === 'api' ? '' : root === 'apis' ? parts.shift() : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined) return undefined;
  const find = (plural: string | undefined) => (plural === undefined ? undefined : cluster.types.byPath(group, version, plural));
  if (parts[0] === 'namespaces' && parts.length >= 3) {
    const inside = find(parts[2]);
    if (inside?.namespaced) return { type: inside, namespace: parts[1], name: parts[3], subresource: subresourceOf(parts.slice(4)) };
  }
  const type = find(parts[0]);
  return type && { type, namespace: undefined, name: parts[1], subresource: subresourceOf(parts.slice(2)) };
}

function subresourceOf(parts: readonly string[]): string | undefined {
  return parts.length === 0 ? undefined : parts.join('/');
}

async function serve(cluster: Cluster, target: Target, request: ApiRequest, { open, logs }: Serving): Promise<Response> {
  const { type, name, subresource: part } = target;
  const { method, query } = request;
  if (part !== undefined && !type.subresources.has(part)) throw unknownPath();
  requirePermission(cluster, target, request);
  if (type.storage === '/endpoints') request.warnings.push('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice');
  const reviewed = review(cluster, target, request);
  if (reviewed) return reviewed;
  if (!type.verbs.includes('get')) throw methodNotAllowed();
  if (name === undefined) return serveCollection(cluster, target, request, open);
  if (type.namespaced && target.namespace === undefined) throw badRequest('an empty namespace may not be set when a resource name is provided');
  if (part === 'log' && method === 'GET') return podLog(cluster, target, request, logs);
  const special = subresource(cluster, target, request);
  if (special) return special;
  if (method === 'GET') return isWatch(query) ? watch(cluster, target, request, open) : getOne(cluster, target, request);
  if (method === 'PUT') return replace(cluster, target, request);
  if (method === 'PATCH') return patch(cluster, target, request);
  if (method === 'DELETE' && part === undefined) return remove(cluster, target, request);
  throw methodNotAllowed();
}

function serveCollection(cluster: Cluster, target: Target, request: ApiRequest, open: OpenWatches): Response {
  const { method, query } = request;
  if (method === 'GET') return isWatch(query) ? watch(cluster, target, request, open) : listAll(cluster, target, request);
  if (method === 'POST') return create(cluster, target, request);
  if (method === 'DELETE' && target.type.verbs.includes('deletecollection')) return removeAll(cluster, target, request);
  throw methodNotAllowed();
}

function isWatch(query: URLSearchParams): boolean {
  const watch = query.get('watch');
  return watch === 'true' || watch === '1';
}
