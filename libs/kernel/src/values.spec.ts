import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { backoff } from './backoff.ts';
import { canonicalJson, digestOf, uuidFrom } from './digest.ts';
import { parseDuration, renderDuration } from './duration.ts';
import { isPermanent, PermanentError } from './errors.ts';
import { parse } from './parse.ts';
import { seededRandom } from './random.ts';

it('reads and renders durations', () => {
  expect(['5m', '1h30m', '14d', '250ms', '1d2h3m4s5ms'].map(parseDuration)).toEqual([300_000, 5_400_000, 1_209_600_000, 250, 93_784_005]);
  fc.assert(fc.property(fc.nat({ max: 10 ** 10 }), (span) => parseDuration(renderDuration(span)) === span));
});

it.each(['', '5', 'm', '1.5h', '5m1h', '-5m'])('%j is no duration, and the error says what to write', (text) => {
  expect(() => parseDuration(text)).toThrow(/write whole numbers with units/);
});

it('digests a value whatever the order of its keys', () => {
  expect(digestOf({ a: 1, b: [{ c: 2, d: 3 }], e: undefined })).toBe(digestOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  expect(canonicalJson({ b: 1, a: [undefined, null] })).toBe('{"a":[null,null],"b":1}');
});

it('makes the same uuid from the same names, and tells names apart', () => {
  expect(uuidFrom('rr', '1')).toBe(uuidFrom('rr', '1'));
  expect(uuidFrom('rr', '1')).not.toBe(uuidFrom('rr1', ''));
  expect(z.uuid().safeParse(uuidFrom('x')).success).toBe(true);
});

it('backs off exponentially, with jitter, up to the limit', () => {
  const random = seededRandom(1);
  const waits = [1, 2, 3, 10].map((failures) => backoff(failures, random, { initial: 1000, max: 60_000 }));
  waits.forEach((wait, index) => {
    const ceiling = [1000, 2000, 4000, 60_000][index] ?? 0;
    expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
    expect(wait).toBeLessThanOrEqual(ceiling);
  });
});

it('names every field that does not fit, and where the value came from', () => {
  const schema = z.object({ port: z.int(), host: z.string() });
  expect(() => parse(schema, { port: 'x' }, 'config file fleetmend.yaml')).toThrow(/config file fleetmend.yaml is not as expected: port: .*; host: /);
});

it('knows a permanent error by its name, also from another bundle', () => {
  expect(isPermanent(new PermanentError('Drift', 'x'))).toBe(true);
  expect(isPermanent(Object.assign(new Error('x'), { name: 'PermanentError', reason: 'Drift' }))).toBe(true);
  expect(isPermanent(new Error('x'))).toBe(false);
});
