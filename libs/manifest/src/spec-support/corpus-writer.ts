import { type Random, pick, randomInt } from '@fleetmend/kernel';
import type { Value } from './corpus-models.ts';

/** The habits of whoever wrote a file. */
interface Hand {
  readonly random: Random;
  readonly step: number;
  readonly listStep: number;
  readonly dash: number;
  /** How often a small map or list is written in flow style, a text quoted, a comment added. */
  readonly flow: number;
  readonly quotes: number;
  readonly comments: number;
}

/** A file of YAML documents in somebody's odd style, and the values that it holds. */
export function writeCorpusFile(random: Random, documents: readonly Value[]): string {
  const hand: Hand = { random, step: pick(random, [2, 2, 2, 4, 1, 3]), listStep: pick(random, [0, 0, 2, 2, 4]), dash: pick(random, [2, 2, 2, 4]), flow: pick(random, [0, 0.2, 0.6]), quotes: pick(random, [0, 0.3, 1]), comments: pick(random, [0, 0.15, 0.5]) };
  const written = documents.map((value) => [...lines(value, hand)].join('\n'));
  const text = `${pick(random, ['', '---\n', '# fleet\n---\n', '%YAML 1.2\n---\n', '\n\n'])}${written.join(pick(random, ['\n---\n', '\n...\n---\n', '\n--- # next\n', '\n\n---\n\n']))}${pick(random, ['\n', '\n', '\n', '', '\n...\n', '\n\n# end\n'])}`;
  const withEnds = pick(random, [false, false, false, true]) ? text.replaceAll('\n', '\r\n') : text;
  return pick(random, [false, false, false, false, true]) ? `\uFEFF${withEnds}` : withEnds;
}

function lines(value: Value, hand: Hand): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Value) => itemLines(item, hand));
  return Object.entries(value as Readonly<Record<string, Value>>).flatMap(([key, item]) => [...noise(hand), ...pairLines(key, item, hand)]);
}

function pairLines(key: string, value: Value, hand: Hand): readonly string[] {
  const name = /^[a-zA-Z][\w./-]*$/.test(key) && !SPECIAL.test(key) ? (yes(hand, hand.quotes / 4) ? `"${key}"` : key) : quoted(key, hand);
  const colon = yes(hand, 0.03) ? ' :' : ':';
  const gap = pick(hand.random, [' ', ' ', ' ', ' ', '  ', '\t']);
  if (isFull(value) && !asFlow(value, hand)) return [`${name}${colon}${note(hand)}`, ...below(lines(value, hand), Array.isArray(value) ? hand.listStep : hand.step)];
  const block = blockText(value, hand);
  if (block) return [`${name}${colon} ${block[0]}`, ...below(block.slice(1), hand.step)];
  if (value === null && yes(hand, 0.5)) return [`${name}${colon}${note(hand)}`];
  if (typeof value === 'string' && value !== '' && yes(hand, 0.05)) return [`${name}${colon}`, ...below([flow(value, hand)], hand.step)];
  return [`${name}${colon}${gap}${flow(value, hand)}${note(hand)}`];
}

function itemLines(value: Value, hand: Hand): readonly string[] {
  const dash = `-${' '.repeat(hand.dash - 1)}`;
  const block = blockText(value, hand);
  const inner = isFull(value) && !asFlow(value, hand) ? lines(value, { ...hand, comments: 0 }) : (block ?? [`${flow(value, hand)}${note(hand)}`]);
  const [first = '', ...rest] = inner;
  return [...noise(hand), `${dash}${first}`, ...below(rest, hand.dash)];
}

function flow(value: Value, hand: Hand): string {
  const pad = pick(hand.random, ['', '', ' ']);
  const trail = yes(hand, 0.05) ? ',' : '';
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${pad}${value.map((item: Value) => flow(item, hand)).join(pick(hand.random, [', ', ',  ']))}${trail}${pad}]`;
  if (typeof value !== 'object' || value === null) return scalar(value, hand);
  const entries = Object.entries(value);
  return entries.length === 0 ? pick(hand.random, ['{}', '{ }']) : `{${pad}${entries.map(([key, item]) => `${scalar(key, hand)}: ${flow(item, hand)}`).join(', ')}${trail}${pad}}`;
}

const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;

function scalar(value: string | number | boolean | null, hand: Hand): string {
  if (typeof value !== 'string') return value === null ? pick(hand.random, ['null', '~']) : String(value);
  const plain = /^[a-zA-Zü/*][\w./:@-]*$/.test(value) && !SPECIAL.test(value) && !/:$|^\*/.test(value) && Number.isNaN(Number(value));
  return plain && !yes(hand, hand.quotes) ? value : quoted(value, hand);
}

function quoted(text: string, hand: Hand): string {
  const single = !/[\n\t\\]/.test(text) && yes(hand, 0.5);
  return single ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}

function blockText(value: Value, hand: Hand): readonly [string, ...string[]] | undefined {
  if (typeof value !== 'string' || !value.includes('\n') || !value.endsWith('\n') || yes(hand, 0.2)) return undefined;
  return [`|${pick(hand.random, ['', '', '', ' # text'])}`, ...value.slice(0, -1).split('\n')];
}

function isFull(value: Value): value is readonly Value[] | { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function asFlow(value: Value, hand: Hand): boolean {
  const text = JSON.stringify(value);
  return text.length < 120 && !text.includes('\\n') && yes(hand, hand.flow);
}

function noise(hand: Hand): readonly string[] {
  return yes(hand, hand.comments / 3) ? [pick(hand.random, ['# about: {this}', '', '#no space "x', '# - name: old'])] : [];
}

function note(hand: Hand): string {
  return yes(hand, hand.comments) ? pick(hand.random, [' # why', '   # "quoted": {odd}', ' #', '  ', ' # a: b']) : '';
}

function below(inner: readonly string[], by: number): readonly string[] {
  return inner.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}

function yes({ random }: Hand, probability: number): boolean {
  return randomInt(random, 10_000) < probability * 10_000;
}
