import { describe, expect, it } from 'vitest';
import { splitWords } from './words.ts';

describe('the words of a command', () => {
  it.each([
    ['get pods', ['get', 'pods']],
    ["get pods -o jsonpath='{.items[*].metadata.name} x'", ['get', 'pods', '-o', 'jsonpath={.items[*].metadata.name} x']],
    ["annotate x note=''", ['annotate', 'x', 'note=']],
    ['  get   pods ', ['get', 'pods']],
  ])('of %j keep together what is quoted', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('are refused when a quote is never closed', () => {
    expect(() => splitWords("get 'pods")).toThrow(/unclosed quote/);
  });
});
