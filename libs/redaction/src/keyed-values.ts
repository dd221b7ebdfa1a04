import { blockScalar } from './block-scalars.ts';
import { isSecretName } from './key-names.ts';
import { isPlaceholder, type RedactionSession } from './session.ts';

/** A whole run of characters that names are made of, before a separator, or a flag before a space. One start per run, of bounded length. */
const KEY = /(?<![A-Za-z0-9_.-])(?:--[A-Za-z0-9_.-]{1,126}(?=[ \t])|[A-Za-z0-9_.-]{1,128}(?![A-Za-z0-9_.-])(?=["'\\]{0,9}[ \t]{0,4}(?:[:=]|(?:is|was|got) ["'`\\])))/g;
/** What a message says next to the value that a variable has: the one that it should have. */
const WANTED = /["'`\\]{0,4}[,;]? {0,2}(?:but )?(?:want|wanted|expected|instead of|rather than|not) {1,2}(\\*["'`])/y;
const SPACES = ' \t';
const STOPS = new Set([' ', '\t', '\n', '\r', ',', ';', '&', ')', '}', ']', '"', "'", '<', '>', '`']);
const LONGEST_VALUE = 8192;
/** How far after `name: DB_PASSWORD` its `value:` may stand. */
const PAIR_DISTANCE = 120;

interface Value {
  readonly start: number;
  readonly end: number;
  /** Quoted, or the whole rest of a YAML line: whatever it is, it is the value of that name. */
  readonly certain: boolean;
}

/** Values whose key says that they are secret: JSON (escaped too), YAML, logfmt, query strings, flags, and `name`/`value` pairs of env lists. */
export function redactKeyedValues(text: string, session: RedactionSession): string {
  let out = '';
  let done = 0;
  /** Until here, a key `value` belongs to a secret name. */
  let pairedUntil = -1;
  for (const { 0: run, index } of text.matchAll(KEY)) {
    if (index < done) continue;
    const paired = run === 'value' && index <= pairedUntil;
    const named = run === 'name';
    if (!paired && !named && !isSecretName(run)) continue;
    const separator = separatorAfter(text, index + run.length, run);
    if (separator === undefined) continue;
    const block = named || separator.equals ? undefined : blockScalar(text, index, valueStart(text, separator));
    if (block) {
      out += text.slice(done, block.start) + session.placeholder('SECRET_VALUE', text.slice(block.start, block.end));
      done = block.end;
      continue;
    }
    const value = valueAt(text, separator, index);
    if (!value) continue;
    const content = text.slice(value.start, value.end);
    if (named) {
      if (isSecretName(content)) pairedUntil = value.end + PAIR_DISTANCE;
      continue;
    }
    if (!isSecretValue(content, { certain: value.certain, bare: /^(?:secret|token|auth|sig|signature)$/i.test(run), about: run, equals: separator.equals })) continue;
    out += text.slice(done, value.start) + session.placeholder('SECRET_VALUE', content);
    done = value.end;
    pairedUntil = -1;
    const wanted = value.certain ? wantedAfter(text, value.end) : undefined;
    if (!wanted || !isSecretValue(text.slice(wanted.start, wanted.end), { certain: true, bare: false, about: run, equals: false })) continue;
    out += text.slice(done, wanted.start) + session.placeholder('SECRET_VALUE', text.slice(wanted.start, wanted.end));
    done = wanted.end;
  }
  return out + text.slice(done);
}

interface Separator {
  readonly end: number;
  readonly equals: boolean;
}

/** `DB_PASSWORD is "x", want "y"`: where `y` is. */
function wantedAfter(text: string, from: number): Pick<Value, 'start' | 'end'> | undefined {
  WANTED.lastIndex = from;
  const quote = WANTED.exec(text)?.[1];
  if (quote === undefined) return undefined;
  const start = WANTED.lastIndex;
  return { start, end: closingQuote(text, { from: start, quote, limit: Math.min(text.length, start + LONGEST_VALUE) }) };
}

/** `=`, `:`, `=>` after the name, its closing quote and a little space; `is` before a quoted value; or the space after a flag `--password`. */
function separatorAfter(text: string, from: number, run: string): Separator | undefined {
  let at = from;
  while (at < from + 9 && '"\'\\'.includes(text.charAt(at)) && text.charAt(at) !== '') at += 1;
  const afterQuote = at;
  while (at < afterQuote + 4 && SPACES.includes(text.charAt(at)) && text.charAt(at) !== '') at += 1;
  const sign = text.charAt(at);
  if (sign === '=') return { end: at + (text.charAt(at + 1) === '>' ? 2 : 1), equals: true };
  // `http://` and `12:30` are no keys with values.
  if (sign === ':' && text.charAt(at + 1) !== '/' && text.charAt(at + 1) !== ':') return { end: at + 1, equals: false };
  const verb = at > afterQuote ? /^(?:is|was|got) (?=["'`\\])/.exec(text.slice(at, at + 5))?.[0] : undefined;
  if (verb !== undefined) return { end: at + verb.length, equals: false };
  return run.startsWith('--') && at > from && text.charAt(at) !== '-' ? { end: at, equals: true } : undefined;
}

function valueStart(text: string, separator: Separator): number {
  let start = separator.end;
  while (start < separator.end + 8 && SPACES.includes(text.charAt(start)) && text.charAt(start) !== '') start += 1;
  return start;
}

function valueAt(text: string, separator: Separator, keyStart: number): Value | undefined {
  const start = valueStart(text, separator);
  const quote = /^(?:\\*["'`])/.exec(text.slice(start, start + 16))?.[0];
  const limit = Math.min(text.length, start + LONGEST_VALUE);
  if (quote !== undefined) {
    const from = start + quote.length;
    const end = closingQuote(text, { from, quote, limit });
    return end > from ? { start: from, end, certain: true } : undefined;
  }
  if (!separator.equals && startsLine(text, keyStart)) {
    const rest = text.slice(start, limit);
    const line = rest.slice(0, indexOr(rest.search(/[\r\n]/), rest.length));
    const content = line.slice(0, indexOr(line.indexOf(' #'), line.length)).trimEnd();
    return content === '' ? undefined : { start, end: start + content.length, certain: !/\s/.test(content) || content.length < 64 };
  }
  let end = start;
  while (end < limit && !STOPS.has(text.charAt(end))) end += 1;
  return end > start ? { start, end, certain: false } : undefined;
}

const indexOr = (index: number, otherwise: number): number => (index < 0 ? otherwise : index);

/** The next quote of that form that is not itself escaped more deeply; the end of the text when it was cut off. */
function closingQuote(text: string, { from, quote, limit }: { readonly from: number; readonly quote: string; readonly limit: number }): number {
  for (let at = text.indexOf(quote, from); at >= 0 && at < limit; at = text.indexOf(quote, at + 1)) {
    if (text.charAt(at - 1) !== '\\') return at;
  }
  return limit;
}

/** Only indentation, list marks and quotes stand before the key: a line of YAML, not a sentence. */
function startsLine(text: string, keyStart: number): boolean {
  for (let at = keyStart - 1; at >= 0 && keyStart - at < 64; at -= 1) {
    const char = text.charAt(at);
    if (char === '\n') return true;
    if (!' \t-"\''.includes(char)) return false;
  }
  return keyStart < 64;
}

const HARMLESS = /^(?:true|false|null|nil|none|undefined|yes|no|on|off|\d{1,6}|-|\*+|x{3,}|\[?redacted\]?|<[^>]*>|\$[({].*|\{.*|\[.*|[|>][+-]?)$/i;

function isSecretValue(content: string, { certain, bare, about, equals }: { readonly certain: boolean; readonly bare: boolean; readonly about: string; readonly equals: boolean }): boolean {
  if (HARMLESS.test(content) || isPlaceholder(content) || content.includes('__SECRET_VALUE_')) return false;
  // `secret=checkout-db-2` and `token: unexpected` name or describe; only what looks random is taken there.
  if (bare) return content.length >= 8 && /\d/.test(content) && /[A-Za-z]/.test(content) && !/[/\s]/.test(content) && !(about === 'secret' && /^[a-z0-9.-]+$/.test(content));
  if (certain) return true;
  // In a sentence, "password: incorrect" is a word and no password.
  return equals || (content.length >= 6 && /[^A-Za-z]/.test(content.replace(/[.:]+$/, '')));
}
