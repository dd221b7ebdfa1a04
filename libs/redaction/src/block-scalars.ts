import { isPlaceholder } from './session.ts';

/** `|`, `>-`, `|2+`, and a comment, up to the line break: a real one, or one that is escaped because the YAML stands in a JSON string. */
const HEADER = /^[|>](?:[+-]?[1-9]?|[1-9][+-])[ \t]{0,8}(?:#[^\r\n\\]{0,200})?(?:\r?(\n)|(\\{1,7}n))/;
const LONGEST = 64 * 1024;

/** The body of the YAML block scalar that begins at `valueStart` under the key at `keyStart`: all lines that are indented further than the key. */
export function blockScalar(text: string, keyStart: number, valueStart: number): { readonly start: number; readonly end: number } | undefined {
  const header = HEADER.exec(text.slice(valueStart, valueStart + 256));
  if (!header) return undefined;
  const lineBreak = header[1] ?? header[2] ?? '\n';
  const column = columnOf(text, keyStart, lineBreak);
  const limit = Math.min(text.length, valueStart + LONGEST);
  const first = valueStart + header[0].length;
  let start = -1;
  let end = first;
  for (let line = first; line < limit; ) {
    const next = text.indexOf(lineBreak, line);
    const stop = next < 0 || next > limit ? endOfText(text, line, lineBreak, limit) : next;
    const indent = spacesAt(text, line);
    const blank = line + indent >= stop || text.charAt(line + indent) === '\r';
    if (!blank && indent <= column) break;
    if (!blank) {
      if (start < 0) start = line + indent;
      end = stop;
    }
    if (next < 0 || stop !== next) break;
    line = next + lineBreak.length;
  }
  return start < 0 || isPlaceholder(text.slice(start, end)) ? undefined : { start, end };
}

/** The last line of escaped YAML ends with the JSON string that it stands in. */
function endOfText(text: string, from: number, lineBreak: string, limit: number): number {
  const quote = lineBreak === '\n' ? -1 : text.indexOf('"', from);
  return quote < 0 || quote > limit ? limit : quote - (lineBreak.length - 2);
}

function spacesAt(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ') at += 1;
  return at - from;
}

/** How far the key stands from the beginning of its line; list marks count. */
function columnOf(text: string, keyStart: number, lineBreak: string): number {
  const from = Math.max(0, keyStart - 256);
  const before = text.slice(from, keyStart);
  const broken = before.lastIndexOf(lineBreak);
  const line = broken < 0 ? before : before.slice(broken + lineBreak.length);
  // In front of it there may be the opening quote of a JSON string, or the letter of the line break itself.
  return /[ -]*$/.exec(line)?.[0].length ?? 0;
}
