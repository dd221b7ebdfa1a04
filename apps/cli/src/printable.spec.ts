import { expect, it } from 'vitest';
import { printable, printableLine } from './printable.ts';

it.each([
  ['an escape sequence', 'a\u001b[2Jb', 'a[2Jb'],
  ['a line that overwrites itself', 'bad\rgood', 'badgood'],
  ['an eight-bit control sequence', 'a\u009b2Jb', 'a2Jb'],
  ['text that reads backwards', 'a\u202eb\u2066c', 'abc'],
])('%s steers nothing', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

it('leaves lines, tabs and other scripts alone', () => {
  expect(printable('one\n\ttwo → größer, 日本')).toBe('one\n\ttwo → größer, 日本');
});

it('can be one line', () => {
  expect(printableLine('64Mi\r\nrm -rf ~')).toBe('64Mi rm -rf ~');
});
