import { StatusError } from '../../objects.ts';
import type { Cluster } from '../cluster.ts';
import { listAt, textAt } from '../json.ts';
import { badRequest, notFound } from '../refusals.ts';
import type { PodLogs } from './pod-logs.ts';
import type { Target } from './read.ts';
import type { ApiRequest } from './request.ts';
import { refusal } from './responses.ts';

/** `GET pods/log`: checks what can be checked here, and streams what the kubelets' side yields. */
export async function podLog(cluster: Cluster, { type, namespace = '', name = '' }: Target, request: ApiRequest, logs: PodLogs | undefined): Promise<Response> {
  const pod = cluster.store.get(type.storage, namespace, name);
  if (!pod) throw notFound(type, name);
  const { query } = request;
  const all = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')].map((container) => textAt(container, 'name'));
  const mains = listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name'));
  const wanted = query.get('container') ?? '';
  if (wanted !== '' && !all.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  if (wanted === '' && (mains.length > 1 || all.length > 1)) throw badRequest(severalContainers(name, mains, all.slice(mains.length)));
  const container = wanted === '' ? (mains[0] ?? '') : wanted;
  if (textAt(pod, 'spec', 'nodeName') === '') return text('');
  const source = logs?.({
    pod, container,
    previous: query.get('previous') === 'true',
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    tailLines: count(query, 'tailLines'),
    sinceSeconds: count(query, 'sinceSeconds'),
    limitBytes: count(query, 'limitBytes'),
    sinceTime: query.get('sinceTime') ?? undefined,
    signal: request.signal,
  });
  return source ? stream(source, request) : text('');
}

function severalContainers(name: string, mains: readonly string[], inits: readonly string[]): string {
  const init = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  return `a container name must be specified for pod ${name}, choose one of: [${mains.join(' ')}]${init}`;
}

function count(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^\d+$/.test(value)) throw new StatusError(422, 'Invalid', `PodLogOptions "" is invalid: ${name}: Invalid value: ${value}: must be greater than or equal to 0`);
  return Number(value);
}

function text(content: string): Response {
  return new Response(content, { headers: { 'content-type': 'text/plain' } });
}

/** The first piece is awaited before answering, so that a refusal of the kubelet becomes a status. */
async function stream(source: AsyncIterable<string>, request: ApiRequest): Promise<Response> {
  const pieces = source[Symbol.asyncIterator]();
  const follow = request.query.get('follow') === 'true';
  let first: IteratorResult<string> | undefined;
  try {
    if (!follow) first = await pieces.next();
  } catch (error) {
    return refusal(error);
  }
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = first ?? (await pieces.next());
      first = undefined;
      if (next.done) controller.close();
      else if (next.value !== '') controller.enqueue(encoder.encode(next.value));
      else controller.enqueue(new Uint8Array());
    },
    async cancel() {
      await pieces.return?.();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/plain' } });
}
