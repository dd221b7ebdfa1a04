import type { Source } from './source.ts';
import { type ScalarValue, literalLines, renderScalar } from './scalar.ts';

/** A value to write; integers are exact. */
export type Exact = ScalarValue | readonly Exact[] | { readonly [key: string]: Exact };
type Branch = readonly Exact[] | { readonly [key: string]: Exact };

/** How to write: the best looking way first, the surest last. */
export type Manner = 'Fine' | 'NoBlocks' | 'Quoted';
export const MANNERS = ['Fine', 'NoBlocks', 'Quoted'] as const satisfies readonly Manner[];

export interface Pen extends Pick<Source, 'step' | 'listStep' | 'json'> {
  readonly manner: Manner;
  /** Spaces between a dash and what follows it, the dash included. */
  readonly dash: number;
}

export function isBranch(value: Exact): value is Branch {
  return typeof value === 'object' && value !== null;
}

/** A map or list with something in it, which block style can write. */
export function isFull(value: Exact): value is Branch {
  return isBranch(value) && Object.keys(value).length > 0;
}

/** On one line, in flow style. */
export function renderInline(value: Exact, pen: Pen): string {
  if (Array.isArray(value)) return `[${value.map((item: Exact) => renderInline(item, pen)).join(', ')}]`;
  if (isBranch(value)) return `{${Object.entries(value).map(([key, item]) => `${renderKey(key, pen)}: ${renderInline(item, pen)}`).join(', ')}}`;
  return renderScalar(value, pen.json || pen.manner === 'Quoted' ? 'Double' : 'Plain');
}

/** The lines of a full map or list in block style, not indented. */
export function renderLines(value: Branch, pen: Pen): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Exact) => renderItem(item, pen));
  return Object.entries(value).flatMap(([key, item]) => renderPair(key, item, pen));
}

export function renderPair(key: string, value: Exact, pen: Pen): readonly string[] {
  const name = renderKey(key, pen);
  if (isFull(value)) return [`${name}:`, ...indent(renderLines(value, pen), Array.isArray(value) ? pen.listStep : pen.step)];
  const literal = literalOf(value, pen);
  if (literal) return [`${name}: ${literal[0]}`, ...indent(literal.slice(1), pen.step)];
  return [`${name}: ${renderInline(value, pen)}`];
}

export function renderItem(value: Exact, pen: Pen): readonly string[] {
  const literal = literalOf(value, pen);
  const [first = '', ...rest] = isFull(value) ? renderLines(value, pen) : (literal ?? [renderInline(value, pen)]);
  return [`-${' '.repeat(pen.dash - 1)}${first}`, ...indent(rest, pen.dash)];
}

/** A text of several lines, as long as it ends like a file. */
function literalOf(value: Exact, { manner, json }: Pen): readonly [string, ...string[]] | undefined {
  if (json || manner !== 'Fine' || typeof value !== 'string' || !value.includes('\n') || value.endsWith('\n\n')) return undefined;
  return literalLines(value);
}

function renderKey(key: string, { json, manner }: Pen): string {
  return renderScalar(key, json || manner === 'Quoted' ? 'Double' : 'Plain');
}

export function indent(lines: readonly string[], by: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}
