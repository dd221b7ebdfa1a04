import { seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { openStore } from '../../store/store.ts';
import { type ApiServerOptions, createApiServer } from '../api-server.ts';
import type { Json } from '../json.ts';
import type { RequestContext } from '../routes/request.ts';

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
  readonly warnings: readonly string[];
}

export interface Call {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly as?: RequestContext;
}

/** An API server on a virtual clock, called without sockets. */
export function testApi(options: Partial<ApiServerOptions> & { readonly history?: number } = {}) {
  const clock = new VirtualClock();
  const { history, ...rest } = options;
  const store = options.store ?? openStore({ path: ':memory:', ...(history === undefined ? {} : { history }) });
  // Whatever is stored is shared with everybody: a spec that makes the API change it in place fails.
  store.cluster('prod-1').subscribe(({ object }) => deepFreeze(object));
  const server = createApiServer({ name: 'prod-1', clock, random: seededRandom(7), ...rest, store });
  const raw = (method: string, path: string, { body, contentType = 'application/json', accept = 'application/json', as }: Call = {}, signal?: AbortSignal) =>
    server.fetch(
      new Request(`https://prod-1${path}`, {
        method,
        headers: { 'content-type': contentType, accept, 'user-agent': 'kubectl/v1.34.4 (linux/amd64)' },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      }),
      as,
    );
  const call = async (method: string, path: string, given: Call = {}): Promise<Answer> => {
    const response = await raw(method, path, given);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: isJson ? (JSON.parse(text) as Json) : {}, text, warnings: warningsOf(response) };
  };
  return { clock, store, server, objects: server.objects, raw, call };
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
}

function warningsOf(response: Response): readonly string[] {
  return [...(response.headers.get('warning') ?? '').matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map(([, quoted = '""']) => JSON.parse(quoted) as string);
}

export interface WatchLine {
  readonly type: string;
  readonly object: Json;
}

/** Reads a watch as it comes. `take(n)` waits for n events; `ended` tells whether the server closed it. */
export function readWatch(response: Response) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const lines: WatchLine[] = [];
  let rest = '';
  const more = async (): Promise<boolean> => {
    const part = await reader?.read();
    if (!part || part.done) return false;
    rest += decoder.decode(part.value);
    const complete = rest.split('\n');
    rest = complete.pop() ?? '';
    lines.push(...complete.map((line) => JSON.parse(line) as WatchLine));
    return true;
  };
  return {
    async take(count: number): Promise<readonly WatchLine[]> {
      while (lines.length < count) if (!(await more())) break;
      return lines.splice(0, count);
    },
    async ended(): Promise<boolean> {
      while (await more());
      return true;
    },
    cancel: () => reader?.cancel(),
  };
}

export function deployment(name: string, extra: Json = {}, container: Json = {}): Json {
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'web:1', ...container }] } }, ...extra },
  };
}

export function pod(name: string, container: Json = {}, spec: Json = {}): Json {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'web:1', ...container }], ...spec } };
}

export function configMap(name: string, data: Json = {}): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
export const PODS = '/api/v1/namespaces/default/pods';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
