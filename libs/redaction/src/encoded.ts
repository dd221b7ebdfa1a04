import { constants, gunzipSync } from 'node:zlib';
import { createSession, type RedactionSession, type SecretType } from './session.ts';

/** Plain text in, what it holds taken out by the rules that need no decoding. */
export type Rules = (text: string, session: RedactionSession) => string;

const DEPTH = 3;
/** What one text may unpack to. Whoever needs more than that is packing for us, not for people: it goes unread. */
const UNPACKED = 512 * 1024;
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /^[0-9A-Fa-f]+$/;
const PERCENT = /[^\s"'<>&=?,;{}[\]]+/g;
const LONGEST = 256 * 1024;

interface Search {
  readonly rules: Rules;
  readonly literals: readonly string[];
  /** Bytes that may still be unpacked. */
  left: number;
}

/** Takes out what is base64 (of both alphabets), hex, percent-encoded or packed by gzip, when a secret is found in it, up to three layers deep. */
export function redactEncoded(text: string, session: RedactionSession, rules: Rules): string {
  const search: Search = { rules, literals: session.literals, left: UNPACKED };
  return replaceEncoded(text, (run, inner) => {
    const type = typeInside(inner, search, DEPTH);
    return type === undefined ? run : session.placeholder(type, run);
  });
}

type Layer = { readonly bytes: Buffer } | { readonly text: string };

function replaceEncoded(text: string, replace: (run: string, inner: readonly Layer[]) => string): string {
  const decoded = text.replace(BASE64, (run) => {
    if (run.length > LONGEST) return replace(run, [{ bytes: Buffer.from(run.slice(0, LONGEST), 'base64') }]);
    return replace(run, layersOf(run));
  });
  return decoded.includes('%') ? decoded.replace(PERCENT, (run) => (/%[0-9A-Fa-f]{2}/.test(run) ? replace(run, [{ text: unpercent(run) }]) : run)) : decoded;
}

/** A run may be one piece, or a path of which one part is the piece. */
function layersOf(run: string): readonly Layer[] {
  const layers: Layer[] = [{ bytes: Buffer.from(run, 'base64') }];
  if (run.length >= 32 && run.length % 2 === 0 && HEX.test(run)) layers.push({ bytes: Buffer.from(run, 'hex') });
  if (run.includes('/')) for (const part of run.split('/')) if (part.length >= 16 && part.length < run.length) layers.push({ bytes: Buffer.from(part, 'base64') });
  return layers;
}

const unpercent = (run: string): string => run.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

function typeInside(layers: readonly Layer[], search: Search, depth: number): SecretType | undefined {
  for (const layer of layers) {
    const text = 'text' in layer ? layer.text : textOf(layer.bytes, search);
    if (text === undefined) continue;
    if (text === null) return 'ENCODED';
    if (search.literals.some((literal) => text.includes(literal))) return 'SECRET_VALUE';
    const session = createSession();
    const rest = search.rules(text, session);
    const [type] = Object.keys(session.counts());
    if (type !== undefined) return type as SecretType;
    if (depth > 1) {
      let found: SecretType | undefined;
      replaceEncoded(rest, (run, inner) => {
        found ??= typeInside(inner, search, depth - 1);
        return run;
      });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Text, if the bytes are text or packed text; undefined if they are neither; null if they would unpack to more than is allowed. */
function textOf(bytes: Buffer, search: Search): string | null | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return unpack(bytes, search);
  return mostlyText(bytes) ? bytes.toString('utf8') : undefined;
}

function unpack(bytes: Buffer, search: Search): string | null | undefined {
  if (search.left <= 0) return null;
  try {
    // A log cuts lines off: what is there of a packed text is read all the same.
    const unpacked = gunzipSync(bytes, { maxOutputLength: search.left, finishFlush: constants.Z_SYNC_FLUSH });
    search.left -= unpacked.length;
    return unpacked.toString('utf8');
  } catch (error) {
    return error instanceof RangeError ? null : undefined;
  }
}

/** Random bytes hold one control character in nine; text holds hardly any. */
function mostlyText(bytes: Buffer): boolean {
  const look = Math.min(bytes.length, 512);
  let control = 0;
  for (let at = 0; at < look; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) control += 1;
    if (control > 4 + look / 20) return false;
  }
  return control <= look / 20;
}
