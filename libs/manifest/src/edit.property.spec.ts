import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { editField } from './edit.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/).filter((text) => !/^(y|n|yes|no|on|off|true|false|null|app)$/.test(text));
const scalarText = fc.oneof(fc.constantFrom('64Mi', '1', '"64Mi"', "'x'", '0644', 'yes', '~', '2026-01-01', '|\n#KEEP', '>-\n#KEEP'), word);
const newValue = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 }), fc.integer(), fc.boolean(), fc.constantFrom('yes', '0644', '<<', '1e3', 'a\nb\n', ' lead'));

interface Style {
  readonly eol: string;
  readonly indent: number;
  readonly bom: boolean;
  readonly comment: string;
  readonly flow: boolean;
  readonly finalNewline: boolean;
}

const style: fc.Arbitrary<Style> = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.constantFrom(1, 2, 4),
  bom: fc.boolean(),
  comment: fc.constantFrom('', '# note', '  # "quoted: {odd}" '),
  flow: fc.boolean(),
  finalNewline: fc.boolean(),
});

/** A manifest in an odd style with the value at `target.app.value`, siblings around it, and a second document. */
function write({ eol, indent, bom, comment, flow, finalNewline }: Style, siblings: readonly (readonly [string, string])[], value: string): string {
  const pad = ' '.repeat(indent);
  const note = comment === '' ? '' : ` ${comment}`;
  const block = (text: string, depth: number): string => text.replace('\n#KEEP', `\n${' '.repeat(indent * depth + 1)}kept text`);
  const lines = flow && !value.includes('#KEEP')
    ? [`target: {app: { value: ${value} , "other": [1, {a: b}]}}${note}`]
    : ['target:', comment, `${pad}app:${note}`, `${pad}${pad}value: ${block(value, 2)}`, comment, `${pad}${pad}other:`, `${pad}${pad}- 1`];
  const around = siblings.map(([key, text]) => `${key}: ${block(text, 0)}`);
  const all = [comment, ...around, ...lines, `zz-last: 1${note}`, '---', '# second', 'kind: Other'];
  return (bom ? '\uFEFF' : '') + all.join('\n').replaceAll('\n', eol) + (finalNewline ? eol : '');
}

const siblings = fc.uniqueArray(fc.tuple(word, scalarText), { maxLength: 4, selector: ([key]) => key });

describe('editing manifests of odd styles', () => {
  it('changes the value and keeps every line that is not part of it', () => {
    fc.assert(
      fc.property(style, siblings, scalarText, newValue, (how, around, value, next) => {
        const before = write(how, around, value);
        const after = editField({ file: 'f', text: before, document: 0, path: ['target', 'app', 'value'], value: next });
        const at = before.indexOf('value: ') + 'value: '.length;
        expect(after.slice(0, at)).toBe(before.slice(0, at));
        const tail = before.slice(before.search(/(,|[ ]*#.*|)\r?\n?[ ]*"?other"?:/));
        expect(after.endsWith(tail)).toBe(true);
        expect(editField({ file: 'f', text: after, document: 0, path: ['target', 'app', 'value'], value: next })).toBe(after);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('adds keys by adding text only, and takes them out again to the same values', () => {
    fc.assert(
      fc.property(style, siblings, scalarText, newValue, fc.array(word, { minLength: 1, maxLength: 3 }), (how, around, value, next, keys) => {
        const path = ['target', 'app', 'added', ...keys];
        const before = write(how, around, value);
        const added = editField({ file: 'f', text: before, document: 0, path, value: next });
        expect(isSubsequence(before, added)).toBe(true);
        const removed = editField({ file: 'f', text: added, document: 0, path: path.slice(0, 3), value: undefined });
        expect(first(removed)).toEqual(first(before));
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const sign of whole) if (sign === part[at]) at += 1;
  return at === [...part].length || at === part.length;
}

function first(text: string): unknown {
  return parse(text.replace('\uFEFF', '').split(/^---/m)[0] ?? '');
}
