import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { provedBy, refutedBy } from './feature-proofs.ts';
import { features, type Feature } from './features.ts';
import { renderFeatures } from './generators/feature-table.ts';
import { root } from './run-command.ts';

const row = (number: number, ...tests: string[]): Feature => ({ number, what: `row ${number}`, proofs: tests.map((test) => ({ file: 'a.spec.ts', test })) });
const ran = new Map([['a.spec.ts', [{ fullName: 'a part holds', status: 'passed' }, { fullName: 'a part breaks', status: 'failed' }, { fullName: 'a part rests', status: 'skipped' }]]]);

describe('a row of the feature table', () => {
  it.each([
    ['is proved by a test that ran and passed', row(1, 'holds'), true],
    ['is not proved by a test that failed', row(1, 'breaks'), false],
    ['is not proved by a test that was skipped', row(1, 'rests'), false],
    ['is not proved by a test that nobody wrote', row(1, 'flies'), false],
    ['is not proved by some of its proofs', row(1, 'holds', 'breaks'), false],
    ['is not proved by nothing', row(1), false],
  ])('%s', (_name, feature, proved) => {
    expect(provedBy(ran, [feature])).toEqual(proved ? [1] : []);
  });

  it('says Planned, and names no test, as long as it is not proved', () => {
    expect(renderFeatures([row(1, 'holds')], [])).toContain('| 1 | row 1 | Planned |');
    expect(renderFeatures([row(1, 'holds')], [1])).toContain('| 1 | row 1 | [a](a.spec.ts): holds |');
  });

  it('is refuted by a later run in which its test broke or vanished, and not by one that left it out', () => {
    expect(refutedBy(ran, [1], [row(1, 'holds')])).toEqual([]);
    expect(refutedBy(ran, [1], [row(1, 'breaks')])).toHaveLength(1);
    expect(refutedBy(ran, [1], [row(1, 'flies')])).toHaveLength(1);
    expect(refutedBy(new Map(), [1], [row(1, 'breaks')])).toEqual([]);
  });
});

/** The file, and the neighbours that it imports: two journeys may share the story that they play. */
function textOf(file: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const neighbours = [...text.matchAll(/from '(\.\.?\/[^']+\.ts)'/g)].map(([, path = '']) => readFileSync(join(root, dirname(file), path), 'utf8'));
  return [text, ...neighbours].join('\n');
}

it('names tests that exist: each file is there, and it or the story that it plays holds the words', () => {
  const missing = features.flatMap(({ proofs }) => proofs).filter(({ file, test }) => !existsSync(join(root, file)) || !textOf(file).includes(test));
  expect(missing).toEqual([]);
});
