import { expect, it } from 'vitest';
import { addState, isQuiet, NO_HISTORY } from './flapping.ts';

const after = (states: readonly boolean[], from = NO_HISTORY) => states.reduce(addState, from);
const alternating = (count: number) => Array.from({ length: count }, (_, index) => index % 2 === 0);

it('a failure flaps when half of the last twenty transitions were changes', () => {
  expect(after(alternating(10)).flapping).toBe(false);
  expect(after(alternating(11)).flapping).toBe(true);
});

it('it goes on flapping until no more than a quarter were', () => {
  const flapping = after(alternating(21));
  expect(after(Array.from({ length: 14 }, () => true), flapping).flapping).toBe(true);
  expect(after(Array.from({ length: 16 }, () => true), flapping).flapping).toBe(false);
});

it.each([[true], [false]])('a steady %s never flaps', (state) => {
  expect(after(Array.from({ length: 50 }, () => state)).flapping).toBe(false);
});

it('a history is quiet when nothing was present in it any more', () => {
  expect(isQuiet(after([true]))).toBe(false);
  expect(isQuiet(after([true, ...Array.from({ length: 21 }, () => false)]))).toBe(true);
});
