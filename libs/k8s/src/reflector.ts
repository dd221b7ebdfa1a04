import { backoff, isPermanent, messageOf, minutes, seconds, type Clock, type Duration, type Instant, type Random } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { KubeClient } from './kube-client.ts';
import { isGone, isNotFound, KubeStatusError } from './kube-errors.ts';
import { listObjects } from './objects.ts';
import { resourcePath, type ResourceType } from './resource-type.ts';
import { BrokenStreamError, readWatch, type WatchEvent } from './watch-stream.ts';

/** Where a reflector puts what it sees. Called in order, never concurrently; must not throw. */
export interface ReflectorSink {
  /** The complete set, at once: whatever is not in it does not exist any more. */
  replace(objects: readonly KubeObject[]): void;
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
}

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly sink: ReflectorSink;
  /** Cuts an object down before it is kept. */
  readonly project?: (object: KubeObject) => KubeObject;
  /** Told of every trouble, once per occurrence; what it does about it is its own affair. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * `absent`: the cluster does not serve that kind now. `denied`: our rights or credentials do not suffice. `lagging`: the connection
 * is lost, what we hold may be old.
 */
export type ReflectorState = 'starting' | 'synced' | 'lagging' | 'absent' | 'denied';

export interface Reflector {
  readonly type: ResourceType;
  readonly state: ReflectorState;
  /** A complete set was delivered at least once, or the kind is known not to exist. */
  readonly ready: boolean;
  /** The last event or bookmark, by our clock. */
  readonly lastContact: Instant | undefined;
  /** Resolves as soon as `ready`; rejects with the signal's reason. */
  whenReady(): Promise<void>;
  /** Resolves after the signal was aborted and nothing is delivered any more. */
  readonly done: Promise<void>;
}

const RETRY = { initial: 500, max: seconds(30) } as const;
const ABSENT_RETRY: Duration = seconds(30);
/** Servers send a bookmark about every minute; a stream that says nothing for longer may be dead without a trace. */
const SILENCE: Duration = minutes(3);
/** A server that knows watch-list streams at once; one that ignores the parameter never marks the end. */
const INITIAL_SILENCE: Duration = seconds(15);
/** 410 twice within this time: starting over did not help. */
const GONE_AGAIN: Duration = minutes(1);
/** A stream that ends sooner than this without a word counts as a failure, so that it cannot spin. */
const SHORT: Duration = seconds(1);

/** The server does not know watch-list: list instead. */
class NoStreamingError extends Error {}

/**
 * Mirrors one resource type into a sink, for ever, until the signal is aborted.
 *
 * It starts with a watch-list stream and swaps atomically at the bookmark `k8s.io/initial-events-end`; where the server refuses
 * (4xx) it lists page by page and watches from there. A broken connection resumes at the last resourceVersion; 410 starts over.
 * While it starts over, the sink keeps the old set.
 */
export function startReflector(options: ReflectorOptions): Reflector {
  const { client, type, clock, random, signal, sink, project = (object: KubeObject) => object } = options;
  const path = resourcePath(type, { namespace: options.namespace });
  const readiness = Promise.withResolvers<void>();
  readiness.promise.catch(() => undefined);
  let state: ReflectorState = 'starting';
  let ready = false;
  let lastContact: Instant | undefined;
  let resourceVersion: string | undefined;
  let streaming = true;
  let failures = 0;
  let gone = { times: 0, at: 0 };

  function deliverAll(objects: readonly KubeObject[], version: string): void {
    sink.replace(objects);
    resourceVersion = version;
    heard();
    becomeReady();
  }

  function becomeReady(): void {
    ready = true;
    readiness.resolve();
  }

  function heard(): void {
    lastContact = clock.now();
    failures = 0;
    if (resourceVersion !== undefined) state = 'synced';
  }

  /** Reads one watch to its end. Answers normally when the server ended it in order. */
  async function watch(query: Readonly<Record<string, string | boolean | undefined>>, silence: () => Duration, take: (event: WatchEvent) => void): Promise<void> {
    const stop = new AbortController();
    const stream = AbortSignal.any([signal, stop.signal]);
    const began = clock.now();
    let last = began;
    const guard = async () => {
      for (;;) {
        const left = last + silence() - clock.now();
        if (left <= 0) return stop.abort(new BrokenStreamError(`the watch of ${path} was silent for too long`));
        await clock.sleep(left, stream);
      }
    };
    const guarded = guard().catch(() => undefined);
    try {
      const response = await client.request({
        path,
        query: { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(240 + Math.floor(random.next() * 240)), labelSelector: options.labelSelector, ...query },
        signal: stream,
      });
      if (!response.body) throw new BrokenStreamError(`the watch of ${path} has no body`);
      // The server goes on where we stopped; a kind that is quiet may not send anything for minutes.
      if (resourceVersion !== undefined) {
        state = 'synced';
        lastContact = clock.now();
      }
      for await (const event of readWatch(response.body, stream)) {
        last = clock.now();
        if (event.type === 'ERROR') throw errorOfEvent(event.object, path);
        take(event);
      }
      if (last === began && clock.now() - began < SHORT) throw new BrokenStreamError(`the watch of ${path} ended at once`);
    } finally {
      stop.abort(new Error('the watch is over'));
      await guarded;
    }
  }

  function apply(event: WatchEvent): void {
    const { object } = event;
    resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
    if (event.type === 'DELETED') sink.remove(project(object));
    else if (event.type !== 'BOOKMARK') sink.upsert(project(object));
    heard();
  }

  /** The watch-list stream: collects until the server says that this was all, then goes on as an ordinary watch. */
  async function streamFromStart(): Promise<void> {
    let initial: Map<string, KubeObject> | undefined = new Map();
    const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };
    try {
      await watch(query, () => (initial ? INITIAL_SILENCE : SILENCE), (event) => {
        if (!initial) return apply(event);
        const { object } = event;
        const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
        lastContact = clock.now();
        if (event.type === 'DELETED') initial.delete(key);
        else if (event.type !== 'BOOKMARK') initial.set(key, project(object));
        else if (object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true') {
          const objects = [...initial.values()];
          initial = undefined;
          deliverAll(objects, object.metadata.resourceVersion ?? '');
        }
      });
      if (initial !== undefined) throw new BrokenStreamError(`the watch of ${path} ended before the initial set was complete`);
    } catch (error) {
      const refused = error instanceof KubeStatusError && error.code >= 400 && error.code < 500 && ![404, 410, 429].includes(error.code);
      const ignored = initial !== undefined && error instanceof BrokenStreamError && error.message.endsWith('silent for too long');
      if (initial !== undefined && (refused || ignored)) throw new NoStreamingError(messageOf(error));
      throw error;
    }
  }

  async function listFromStart(): Promise<void> {
    const list = await listObjects(client, type, { namespace: options.namespace, labelSelector: options.labelSelector, signal });
    deliverAll(list.items.map(project), list.resourceVersion);
  }

  async function step(): Promise<void> {
    if (resourceVersion !== undefined) return watch({ resourceVersion }, () => SILENCE, apply);
    if (streaming) return streamFromStart();
    return listFromStart();
  }

  /** What a failure means for the next step, and how long to wait before it. */
  function judge(error: unknown): Duration {
    if (error instanceof NoStreamingError) {
      streaming = false;
      return 0;
    }
    if (isNotFound(error)) {
      if (state !== 'absent') sink.replace([]);
      resourceVersion = undefined;
      streaming = true;
      state = 'absent';
      becomeReady();
      return Math.round(ABSENT_RETRY * (0.75 + random.next() / 2));
    }
    failures += 1;
    options.onTrouble?.(error);
    state = isPermanent(error) ? 'denied' : 'lagging';
    if (isGone(error)) {
      resourceVersion = undefined;
      // Starting over is the cure; only one that does not help has to wait.
      gone = { times: clock.now() - gone.at < GONE_AGAIN ? gone.times + 1 : 1, at: clock.now() };
      return gone.times === 1 ? 0 : backoff(gone.times, random, RETRY);
    }
    if (failures >= 3 && error instanceof BrokenStreamError) {
      // The same bytes may break us again: a fresh start comes round them.
      resourceVersion = undefined;
    }
    const asked = error instanceof KubeStatusError ? (error.retryAfter ?? 0) : 0;
    return Math.max(asked, backoff(failures, random, RETRY));
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (signal.aborted) break;
        const wait = judge(error);
        if (wait > 0) await clock.sleep(wait, signal).catch(() => undefined);
      }
    }
    readiness.reject(signal.reason);
  }

  const done = run();
  return {
    type,
    get state() {
      return state;
    },
    get ready() {
      return ready;
    },
    get lastContact() {
      return lastContact;
    },
    whenReady: () => readiness.promise,
    done,
  };
}

/** A watch reports its own end as an event: most often 410, because our resourceVersion was compacted away. */
function errorOfEvent(status: unknown, path: string): KubeStatusError {
  const { code = 500, reason = 'Unknown', message = 'no message' } = status as { readonly code?: number; readonly reason?: string; readonly message?: string };
  return new KubeStatusError({ code, reason, message: `the watch of ${path} ended with ${code} ${reason}: ${message}` });
}
