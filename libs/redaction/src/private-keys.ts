import type { RedactionSession } from './session.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----/g;
const END = '-----END';
/** Longer than any private key in use, so that one line of a log cannot make us take the rest of it. */
const LONGEST = 16 * 1024;
/** What the body of a key is made of, its line breaks escaped or not. */
const BODY = /[A-Za-z0-9+/=\s\\:,.-]/;

/** Takes private keys out, whole or cut off: their body ends at the end mark, or where it stops looking like one. */
export function redactPrivateKeys(text: string, session: RedactionSession): string {
  if (!text.includes('-----BEGIN')) return text;
  let out = '';
  let at = 0;
  for (const match of text.matchAll(BEGIN)) {
    if (match.index < at) continue;
    const end = endOf(text, match.index + match[0].length);
    out += text.slice(at, match.index) + session.placeholder('PRIVATE_KEY', text.slice(match.index, end));
    at = end;
  }
  return out + text.slice(at);
}

function endOf(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST);
  const mark = text.slice(from, limit).indexOf(END);
  if (mark >= 0) {
    const close = text.indexOf('-----', from + mark + END.length);
    return close >= 0 && close - (from + mark) < 80 ? close + 5 : from + mark + END.length;
  }
  let end = from;
  while (end < limit && BODY.test(text.charAt(end))) end += 1;
  return end;
}
