import { expect, it } from 'vitest';
import { stepDown } from './occurrences.ts';

it('counts on a logarithmic scale', () => {
  expect([1, 2, 3, 4, 5, 9, 10, 19, 20, 49, 50, 812, 1999, 2000].map(stepDown)).toEqual([1, 2, 2, 2, 5, 5, 10, 10, 20, 20, 50, 500, 1000, 2000]);
});
