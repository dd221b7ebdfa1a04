import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareQuantities, parseQuantity, readQuantity, renderBytes, renderCpu, wholeUnits } from './quantity.ts';

it.each([
  ['64Mi', 67_108_864n],
  ['1Gi', 1_073_741_824n],
  ['1.5Gi', 1_610_612_736n],
  ['128M', 128_000_000n],
  ['1e3', 1000n],
  ['100m', 1n],
  ['0', 0n],
  ['.5', 1n],
  ['2.', 2n],
])('%s is %s whole units', (text, units) => {
  expect(wholeUnits(parseQuantity(text))).toBe(units);
});

it.each(['', 'Mi', '12 Mi', '1.2.3', '5mi', '0x10', 'NaN', '1e99999'])('%j is no quantity', (text) => {
  expect(readQuantity(text)).toBeUndefined();
});

it('renders bytes in the largest unit that divides them', () => {
  expect([134_217_728n, 1_073_741_824n, 1_500n, 0n].map(renderBytes)).toEqual(['128Mi', '1Gi', '1500', '0']);
});

it('renders cpu in cores or millicores', () => {
  expect(['2', '0.5', '250m', '1500u'].map((text) => renderCpu(parseQuantity(text)))).toEqual(['2', '500m', '250m', '2m']);
});

it('compares values, not texts', () => {
  expect(compareQuantities('1Gi', '1024Mi')).toBe(0);
  expect(compareQuantities('1000m', '2')).toBeLessThan(0);
});

it('reads back what it renders', () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 1n << 60n }), (bytes) => wholeUnits(parseQuantity(renderBytes(bytes))) === bytes));
});
