import type { ClusterSummary, Overview, RequestSummary } from '@fleetmend/model';
import { signal } from '@preact/signals';
import { api } from './api.ts';

/** What the page knows of the fleet. Everything that shows it follows by itself. */
export interface FleetState {
  readonly requests: readonly RequestSummary[];
  readonly clusters: readonly ClusterSummary[];
  readonly overview: Overview | undefined;
}

export const fleet = signal<FleetState>({ requests: [], clusters: [], overview: undefined });
/** `connecting` until the first answer, then whether news arrives. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
/** Grows with every change of the request that it names, so that an open story is read again. */
export const changed = signal<{ readonly uid: string; readonly times: number }>({ uid: '', times: 0 });

const GATHER = 250;

/** Puts one line into the list: a newer one of the same request takes the place of the older. Newest request first. */
export function withRequest(list: readonly RequestSummary[], line: RequestSummary): readonly RequestSummary[] {
  return [line, ...list.filter(({ uid }) => uid !== line.uid)].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

export function withoutRequest(list: readonly RequestSummary[], gone: { readonly namespace: string; readonly name: string }): readonly RequestSummary[] {
  return list.filter(({ namespace, name }) => namespace !== gone.namespace || name !== gone.name);
}

/** Reads everything once, then lives on the hub's events; after every break everything is read again. */
export function follow(): void {
  let due: ReturnType<typeof setTimeout> | undefined;
  // Numbers and clusters come from a read of their own; a burst of moves is one read.
  const readNumbers = () => {
    due ??= setTimeout(() => {
      due = undefined;
      Promise.all([api.overview(), api.clusters()]).then(
        ([overview, clusters]) => (fleet.value = { ...fleet.value, overview, clusters }),
        () => (connection.value = 'lost'),
      );
    }, GATHER);
  };
  const readAll = () =>
    api.requests().then(
      (requests) => {
        fleet.value = { ...fleet.value, requests };
        connection.value = 'live';
        readNumbers();
      },
      () => (connection.value = 'lost'),
    );
  const events = new EventSource('/api/events');
  events.addEventListener('open', () => void readAll());
  events.addEventListener('error', () => (connection.value = 'lost'));
  events.addEventListener('request', ({ data }: MessageEvent<string>) => {
    const line = JSON.parse(data) as RequestSummary;
    fleet.value = { ...fleet.value, requests: withRequest(fleet.value.requests, line) };
    changed.value = { uid: line.uid, times: changed.value.times + 1 };
    readNumbers();
  });
  events.addEventListener('gone', ({ data }: MessageEvent<string>) => {
    fleet.value = { ...fleet.value, requests: withoutRequest(fleet.value.requests, JSON.parse(data) as { namespace: string; name: string }) };
    readNumbers();
  });
  events.addEventListener('beat', readNumbers);
}
