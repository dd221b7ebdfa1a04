import type { KubeObject } from '../../objects.ts';
import type { StoredEvent } from '../../store/cluster-store.ts';
import type { Cluster } from '../cluster.ts';
import { isObject, type Json } from '../json.ts';
import { badRequest, gone, statusBody } from '../refusals.ts';
import { type Presenter, presentList, presentOne } from './present.ts';
import { matcherOf, presenterOf, type Target } from './read.ts';
import type { ApiRequest } from './request.ts';

const BOOKMARK_EVERY = 60_000;
const SHORTEST_DEFAULT = 30 * 60_000;

/** Open watches of one server, so that closing it ends them. */
export type OpenWatches = Set<() => void>;

/**
 * Answers a watch: an endless body of one JSON event per line. Ends when the client goes, the time-out passes, or the server closes.
 * @throws StatusError 400
 */
export function watch(cluster: Cluster, target: Target, request: ApiRequest, open: OpenWatches): Response {
  const { query } = request;
  const presenter = presenterOf(cluster, target.type, request);
  const selected = matcherOf(target, query);
  const inScope = (object: KubeObject) =>
    (target.namespace === undefined || (object.metadata.namespace ?? '') === target.namespace) && (target.name === undefined || object.metadata.name === target.name) && (!selected || selected(object));
  const start = startOf(query);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const encoder = new TextEncoder();
  let end: () => void = () => undefined;
  let cancelled = false;

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const over = new AbortController();
      let columnsSent = false;
      const send = (type: string, object: unknown) => {
        const shown = columnsSent && isObject(object) && object['kind'] === 'Table' ? { ...object, columnDefinitions: null } : object;
        if (presenter.shape === 'table') columnsSent = true;
        controller.enqueue(encoder.encode(`${JSON.stringify({ type, object: shown })}\n`));
      };
      const bookmark = (annotations?: Readonly<Record<string, string>>) => send('BOOKMARK', bookmarkObject(presenter, cluster.store.revision(), annotations));
      const deliver = (event: StoredEvent) => {
        const type = typeFor(event, inScope);
        if (type) send(type, presentOne(type === 'DELETED' && event.type !== 'DELETED' ? departed(event) : event.object, { ...presenter, now: cluster.clock.now() }));
      };
      const stop = cluster.store.subscribe((event) => {
        if (event.resource === target.type.storage) deliver(event);
      });
      end = () => {
        if (over.signal.aborted) return;
        over.abort();
        stop();
        open.delete(end);
        if (!cancelled) controller.close();
      };
      open.add(end);
      request.signal.addEventListener('abort', () => end(), { once: true });
      const missed = start.revision === undefined ? undefined : cluster.store.since(target.type.storage, start.revision);
      if (start.revision !== undefined && missed === undefined) {
        send('ERROR', statusBody(gone(`too old resource version: ${start.revision} (${cluster.store.revision()})`)));
        return end();
      }
      if (start.initial) for (const object of cluster.store.list(target.type.storage, target.namespace)) if (inScope(object)) send('ADDED', presentOne(object, presenter));
      if (start.initialEnd) bookmark({ 'k8s.io/initial-events-end': 'true' });
      for (const event of missed ?? []) deliver(event);
      void keepTime(cluster, request, { bookmark: bookmarks ? bookmark : undefined, end, signal: over.signal });
    },
    cancel() {
      cancelled = true;
      end();
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' } });
}

interface Start {
  /** Changes after this revision; `undefined` begins with the present. */
  readonly revision: number | undefined;
  readonly initial: boolean;
  readonly initialEnd: boolean;
}

function startOf(query: URLSearchParams): Start {
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text)) throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (query.get('sendInitialEvents') === 'true') {
    if (query.get('resourceVersionMatch') !== 'NotOlderThan') throw badRequest('resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
    return { revision: undefined, initial: true, initialEnd: true };
  }
  const fromNow = text === '' || text === '0';
  return { revision: fromNow ? undefined : Number(text), initial: fromNow && query.get('sendInitialEvents') !== 'false', initialEnd: false };
}

async function keepTime(cluster: Cluster, { query }: ApiRequest, watch: { readonly bookmark: (() => void) | undefined; readonly end: () => void; readonly signal: AbortSignal }): Promise<void> {
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const until = cluster.clock.now() + (seconds > 0 ? seconds * 1000 : SHORTEST_DEFAULT * (1 + cluster.random.next()));
  while (!watch.signal.aborted) {
    const left = until - cluster.clock.now();
    try {
      await cluster.clock.sleep(watch.bookmark ? Math.min(left, BOOKMARK_EVERY) : left, watch.signal);
    } catch {
      return; // The watch is over; the sleep says so by rejecting.
    }
    watch.bookmark?.();
    if (cluster.clock.now() >= until) watch.end();
  }
}

/** What a change means to a watcher that sees only some objects. */
function typeFor(event: StoredEvent, inScope: (object: KubeObject) => boolean): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
  if (event.type === 'DELETED') return inScope(event.previous ?? event.object) ? 'DELETED' : undefined;
  const isIn = inScope(event.object);
  const wasIn = event.previous !== undefined && inScope(event.previous);
  if (isIn) return wasIn ? 'MODIFIED' : 'ADDED';
  return wasIn ? 'DELETED' : undefined;
}

/** An object that changed out of the selection is shown as it was, under the revision of the change. */
function departed({ previous, object }: StoredEvent): KubeObject {
  return previous ? { ...previous, metadata: { ...previous.metadata, resourceVersion: object.metadata.resourceVersion ?? '' } } : object;
}

function bookmarkObject(presenter: Presenter, revision: number, annotations?: Readonly<Record<string, string>>): unknown {
  const metadata: Json = { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) };
  if (presenter.shape === 'table') return presentList([], metadata, presenter);
  if (presenter.shape === 'metadata') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { ...metadata, creationTimestamp: null } };
  return { kind: presenter.type.kind, apiVersion: presenter.type.apiVersion, metadata: { ...metadata, creationTimestamp: null } };
}
