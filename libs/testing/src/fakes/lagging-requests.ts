import type { RemediationRequest } from '@fleetmend/model';
import type { Requests } from '@fleetmend/ports';
import type { RequestChange, RequestLedger } from './memory-requests.ts';

/** One client's watch cache, which learns of a change only when it is delivered. */
export interface LaggingRequests extends Requests {
  /** Takes one change in, and tells the watchers unless the event is lost. */
  deliver(change: RequestChange, told: boolean): void;
  /** Lists again: the cache is current, and every watcher hears of what it missed. */
  relist(): void;
}

/** A {@link Requests} port over the ledger whose `cached` and `watch` lag behind. Reads and writes go to the ledger itself. */
export function laggingRequests(ledger: RequestLedger): LaggingRequests {
  const cache = new Map<string, RemediationRequest>();
  const watchers = new Set<(key: { readonly namespace: string; readonly name: string }) => void>();
  let values: readonly RemediationRequest[] | undefined;
  const keyOf = ({ metadata }: RemediationRequest) => `${metadata.namespace}/${metadata.name}`;
  const tell = (request: RemediationRequest) => watchers.forEach((watcher) => watcher(request.metadata));
  return {
    ...ledger.port,
    cached: () => (values ??= [...cache.values()]),
    watch(changed) {
      watchers.add(changed);
      for (const request of cache.values()) changed(request.metadata);
      return () => void watchers.delete(changed);
    },
    deliver(change, told) {
      const request = change.kind === 'Written' ? change.after : change.before;
      const known = cache.get(keyOf(request));
      // Events may be doubled and come late: an older version than the cached one says nothing.
      if (known !== undefined && Number(known.metadata.resourceVersion) > Number(request.metadata.resourceVersion)) return;
      if (change.kind === 'Written') cache.set(keyOf(request), request);
      else cache.delete(keyOf(request));
      values = undefined;
      if (told) tell(request);
    },
    relist() {
      const now = new Map(ledger.all().map((request) => [keyOf(request), request]));
      const changed = [...cache.values(), ...now.values()].filter((request) => now.get(keyOf(request)) !== cache.get(keyOf(request)));
      cache.clear();
      for (const [key, request] of now) cache.set(key, request);
      values = undefined;
      changed.forEach(tell);
    },
  };
}
