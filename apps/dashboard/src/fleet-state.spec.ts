import type { RequestSummary } from '@fleetmend/model';
import { expect, it, vi } from 'vitest';

vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
const { withoutRequest, withRequest } = await import('./fleet-state.ts');

const line = (uid: string, minute: number, phase = 'Detected'): RequestSummary => ({ namespace: 'shop-team', name: `rr-${uid}`, uid, clusters: ['prod-1'], target: undefined, failure: 'OOMKilled', phase, reason: undefined, attempt: 1, seen: 1, cause: undefined, pullRequest: undefined, createdAt: `2026-01-05T09:0${minute}:00Z`, phaseSince: undefined });
const uids = (list: readonly RequestSummary[]) => list.map(({ uid }) => uid);

it('puts news in the place of what was known before, newest request first', () => {
  const list = withRequest(withRequest(withRequest([], line('a', 1)), line('b', 2)), line('a', 1, 'Merged'));
  expect(uids(list)).toEqual(['b', 'a']);
  expect(list[1]?.phase).toBe('Merged');
});

it('drops what is gone, and nothing else', () => {
  expect(uids(withoutRequest([line('a', 1), line('b', 2)], { namespace: 'shop-team', name: 'rr-a' }))).toEqual(['b']);
  expect(uids(withoutRequest([line('a', 1)], { namespace: 'other-team', name: 'rr-a' }))).toEqual(['a']);
});
