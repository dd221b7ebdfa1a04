import { describe, expect, it } from 'vitest';
import { renderScalar } from './scalar.ts';

describe('renderScalar', () => {
  it.each(['128Mi', '100m', '1.5Gi', 'shop:1.2.3', '127.0.0.1:5999/labapp:1', 'registry/a@sha256:0f', 'example.org/key', '10.0.0.1', '1.2.3', 'v1', 'RollingUpdate', 'two words', '/healthz', '25%'])('leaves %j plain', (text) => {
    expect(renderScalar(text)).toBe(text);
  });

  it.each(['yes', 'n', 'Off', '=', '<<', '~', 'nan', '-Infinity', '0644', '0X1F', '0B1', '1_000', '1e+3', '12:30:45', '2026-01-01', '', ' a', 'a ', 'a: b', 'a #b', '- a', '[a', '{a}', 'a, b', '*a', '%a', '@a', 'a\tb', '\u2028', '\uFEFFa'])('quotes %j, which some reader takes for something else', (text) => {
    expect(renderScalar(text)).toBe(JSON.stringify(text));
  });

  it('keeps single quotes where they can hold the text', () => {
    expect(renderScalar("it's", 'Single')).toBe("'it''s'");
    expect(renderScalar('a\nb', 'Single')).toBe('"a\\nb"');
  });

  it('never quotes numbers and booleans', () => {
    expect([renderScalar(3, 'Double'), renderScalar(1.5), renderScalar(true, 'Single')]).toEqual(['3', '1.5', 'true']);
  });
});
