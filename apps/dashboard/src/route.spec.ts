import { expect, it } from 'vitest';
import { parseRoute, requestLink } from './route.ts';

it.each([['', 'live'], ['#/', 'live'], ['#/?show=ended', 'ended'], ['#/no/such', 'live'], ['#/requests/only-one', 'live'], ['#/requests/a/%', 'live']])('%j is the fleet, showing %s', (hash, show) => {
  expect(parseRoute(hash)).toEqual({ page: 'fleet', show });
});

it('the policy rollouts have a page of their own', () => {
  expect(parseRoute('#/rollouts')).toEqual({ page: 'rollouts' });
});

it('a link to a request leads to that request', () => {
  const request = { namespace: 'shop-team', name: 'rr-9f2c1ab04d7e-1' };
  expect(parseRoute(requestLink(request))).toEqual({ page: 'request', ...request });
});
