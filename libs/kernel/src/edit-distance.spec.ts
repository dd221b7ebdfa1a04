import { expect, it } from 'vitest';
import { editDistance } from './edit-distance.ts';

it.each([['', '', 0], ['', 'abc', 3], ['orders', 'order', 1], ['kitten', 'sitting', 3], ['same', 'same', 0]] as const)('from %j to %j it is %i', (a, b, distance) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
});
