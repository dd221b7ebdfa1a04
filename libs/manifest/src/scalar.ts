import { parse } from 'yaml';
import { YAML_VERSIONS } from './reading.ts';

export type ScalarValue = string | number | bigint | boolean | null;
export type ScalarStyle = 'Plain' | 'Single' | 'Double';

/** Words and signs that some YAML reader takes for a boolean, null, number or merge key. */
const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?\.?(?:inf|nan|infinity))$/i;
/** Signs that may not begin a plain scalar, or only sometimes; some readers are laxer about them than others. */
const INDICATOR = /^(?:[?:,[\]{}#&*!|>'"%@`]|-(?:\s|$)|---|\.\.\.)/;
const LINE = /^[\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;

/**
 * A scalar in the wanted style if it then reads the same under YAML 1.1 and 1.2, else double-quoted. Numbers and booleans
 * are always plain, since quotes would make texts of them.
 */
export function renderScalar(value: ScalarValue, style: ScalarStyle = 'Plain'): string {
  if (typeof value !== 'string') return String(value);
  if (style === 'Plain' && isSafePlain(value)) return value;
  if (style === 'Single' && LINE.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return JSON.stringify(value);
}

function isSafePlain(text: string): boolean {
  if (text === '' || text.trim() !== text || !LINE.test(text) || SPECIAL.test(text) || INDICATOR.test(text)) return false;
  if (!Number.isNaN(Number(text.replaceAll('_', '')))) return false;
  return YAML_VERSIONS.every((version) => readsAs(`k: ${text}`, version, text) && readsAs(`{k: ${text}}`, version, text) && isKey(`${text}: 1`, version, text));
}

function readsAs(source: string, version: (typeof YAML_VERSIONS)[number], text: string): boolean {
  const read = tryParse(source, version);
  return typeof read === 'object' && read !== null && Object.keys(read).length === 1 && 'k' in read && read.k === text;
}

function isKey(source: string, version: (typeof YAML_VERSIONS)[number], text: string): boolean {
  const read = tryParse(source, version);
  return typeof read === 'object' && read !== null && Object.keys(read).join('\n') === text;
}

/** A syntax error only means that the text cannot stand plain. */
function tryParse(source: string, version: (typeof YAML_VERSIONS)[number]): unknown {
  try {
    return parse(source, { version, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

/**
 * The lines of a literal block scalar, its header first; undefined when the text cannot stand in one (control signs, a first
 * line that starts with a space, nothing but line ends).
 */
export function literalLines(value: string): readonly [header: string, ...lines: string[]] | undefined {
  const lines = value.split('\n');
  if (lines.some((line) => !LINE.test(line.replaceAll('\t', ' '))) || value.trim() === '' || /^[\s]/.test(value)) return undefined;
  const trailing = /\n*$/.exec(value)?.[0].length ?? 0;
  return [`|${chompOf(trailing)}`, ...(trailing === 0 ? lines : lines.slice(0, -1))];
}

/** The sign that keeps this many line ends at the end of a block scalar. */
export function chompOf(trailing: number): '-' | '' | '+' {
  return trailing === 0 ? '-' : trailing === 1 ? '' : '+';
}
