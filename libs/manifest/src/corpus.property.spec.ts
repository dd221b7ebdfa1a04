import { type Random, pick, randomInt, seededRandom } from '@fleetmend/kernel';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { editField } from './edit.ts';
import { withValue } from './field.ts';
import { type Value, anotherScalar, someModel } from './spec-support/corpus-models.ts';
import { writeCorpusFile } from './spec-support/corpus-writer.ts';

const FILES = 2_000;

/** One scalar change of one file of the corpus, and what came of it. */
interface Trial {
  readonly before: string;
  readonly after: string;
  readonly lines: number;
}

function leavesOf(value: Value, path: readonly string[] = []): readonly { readonly path: readonly string[]; readonly value: Value }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item as Value, [...path, key]));
}

/** The documents as both YAML versions read them; written apart from the editor's own check. */
function readings(text: string): readonly unknown[] {
  return (['1.1', '1.2'] as const).map((version) => {
    const documents = parseAllDocuments(text, { version, logLevel: 'error' });
    const broken = documents.flatMap(({ errors }) => errors)[0];
    if (broken) throw new Error(`the corpus holds a file that is no YAML ${version}: ${broken.message}\n${text}`);
    return documents.map((document) => document.toJS() as unknown);
  });
}

function changedLines(before: string, after: string): number {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, fresh.length) && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  return Math.max(old.length, fresh.length) - start - end;
}

function trial(random: Random): Trial {
  const models = Array.from({ length: pick(random, [1, 1, 1, 2, 3]) }, () => someModel(random));
  const before = writeCorpusFile(random, models);
  const document = randomInt(random, models.length);
  const { path, value } = pick(random, leavesOf(models[document] ?? null));
  const next = anotherScalar(random, value);
  const after = editField({ file: 'corpus.yaml', text: before, document, path, value: next });
  const wanted = models.map((model, index) => (index === document ? withValue(model, path, next) : model));
  expect(readings(after), `${before}\n=> ${path.join('/')}: ${JSON.stringify(next)}\n${after}`).toEqual([wanted, wanted]);
  return { before, after, lines: changedLines(before, after) };
}

describe('a corpus of 2,000 files in odd styles', () => {
  it('has one scalar of each changed on at most one line, and no other value ever', (context) => {
    const random = seededRandom(20_260_101);
    const trials = Array.from({ length: FILES }, () => trial(random));
    const changed = trials.filter(({ before, after }) => before !== after);
    const small = changed.filter(({ lines }) => lines <= 1).length;
    const figures = `${trials.length} files, ${changed.length} changes, ${small} (${((100 * small) / changed.length).toFixed(2)} %) on one line`;
    console.log(`      ${figures}`);
    context.annotate(figures);
    expect(changed.length).toBeGreaterThan(FILES * 0.8);
    expect(small / changed.length).toBeGreaterThanOrEqual(0.995);
  }, 120_000);
});
