import { expect, it } from 'vitest';
import { oldestNews, type WatchState } from './watch.ts';

const watch = (resource: string, state: WatchState['state'], lastContact: number | undefined): WatchState => ({ resource, state, lastContact });

it('is that of the watch that has been silent the longest, whatever its trouble', () => {
  expect(oldestNews([watch('pods', 'synced', 900), watch('jobs', 'lagging', 100), watch('nodes', 'denied', 500)])).toBe(100);
});

it('is not that of a kind which the cluster does not serve, and not there before anything was heard', () => {
  expect(oldestNews([watch('pods', 'synced', 900), watch('rollouts', 'absent', 1)])).toBe(900);
  expect(oldestNews([watch('pods', 'starting', undefined)])).toBeUndefined();
});
