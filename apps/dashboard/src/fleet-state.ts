import type { ClusterSummary, Overview, RequestSummary, RolloutSummary } from '@fleetmend/model';
import { signal } from '@preact/signals';
import { api } from './api.ts';
import { listen } from './events.ts';

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

/** Undefined items: not read yet. `trouble`: why they cannot be shown, in words. */
export const rollouts = signal<{ readonly items: readonly RolloutSummary[] | undefined; readonly trouble?: string }>({ items: undefined });

export function readRollouts(): void {
  api.rollouts().then(
    (items) => (rollouts.value = { items }),
    (error: unknown) => (rollouts.value = { items: undefined, trouble: error instanceof Error ? error.message : String(error) }),
  );
}

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
  const event = ({ type, data }: { readonly type: string; readonly data: string }) => {
    if (type === 'request') {
      const line = JSON.parse(data) as RequestSummary;
      fleet.value = { ...fleet.value, requests: withRequest(fleet.value.requests, line) };
      changed.value = { uid: line.uid, times: changed.value.times + 1 };
    } else if (type === 'gone') {
      fleet.value = { ...fleet.value, requests: withoutRequest(fleet.value.requests, JSON.parse(data) as { namespace: string; name: string }) };
    }
    readNumbers();
  };
  void listen({ opened: () => void readAll(), lost: () => void (connection.value = 'lost'), event });
}
