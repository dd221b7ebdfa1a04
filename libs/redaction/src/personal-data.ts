import { isPlaceholder, type RedactionSession } from './session.ts';

/** Card numbers as they are written: in one piece, in fours, or as Amex and Diners group them. One start per run of digits, bounded length. */
const CARD = /(?<![\w.+-](?<!\\[nrt]|\x1b\[[0-9;]{0,8}m))(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)/g;
const IBAN_START = /(?<![A-Za-z0-9](?<!\\[nrt]|\x1b\[[0-9;]{0,8}m))[A-Z]{2}\d{2}(?=[ ]?[A-Z0-9]{4})/g;
const LOCAL = /[A-Za-z0-9._%+-]/;
const DOMAIN = /[A-Za-z0-9.-]/;
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;
/** systemd's template units (`getty@tty1.service`) are written like addresses. */
const UNITS = /\.(?:service|slice|socket|target|mount|scope|timer|device|path|swap)$/i;

/** Payment cards, bank accounts, e-mail addresses and international phone numbers; what has a checksum must satisfy it. */
export function redactPersonalData(text: string, session: RedactionSession): string {
  let out = text;
  if (/\d{4}/.test(out)) {
    out = out.replace(CARD, (number) => (isCard(number.replace(/[ -]/g, '')) ? session.placeholder('PAYMENT_CARD', number) : number));
    out = redactIbans(out, session);
  }
  if (out.includes('@')) out = redactEmails(out, session);
  return out.includes('+') ? redactPhones(out, session) : out;
}

/** Lengths and first digits by ISO/IEC 7812 issuer ranges, and the Luhn check digit. Thirteen digits are left out: they are mostly counts of bytes. */
function isCard(digits: string): boolean {
  const known =
    /^4\d{15}$/.test(digits) || /^5[1-5]\d{14}$/.test(digits) || /^(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/.test(digits) || /^3[47]\d{13}$/.test(digits) ||
    /^(?:6011|65\d\d|64[4-9]\d)\d{12}$/.test(digits) || /^3(?:0[0-5]|[68]\d)\d{11}$/.test(digits) || /^35(?:2[89]|[3-8]\d)\d{12}$/.test(digits) || /^62\d{14,17}$/.test(digits);
  return known && luhn(digits);
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - at));
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/.test(digits);
}

/** Length of an IBAN by country, from the SWIFT IBAN registry. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27, GB: 22, GI: 23, GR: 27, HR: 21, HU: 28, IE: 22, IL: 23, IS: 26, IT: 27, LI: 21, LT: 20, LU: 20,
  LV: 21, MC: 27, MT: 31, NL: 18, NO: 15, PL: 28, PT: 25, RO: 24, SA: 24, SE: 24, SI: 19, SK: 24, SM: 27, TR: 26, UA: 29,
};

function redactIbans(text: string, session: RedactionSession): string {
  return cutOut(text, IBAN_START, (start) => {
    const length = IBAN_LENGTHS[text.slice(start, start + 2)];
    if (length === undefined) return undefined;
    let iban = '';
    let end = start;
    for (; iban.length < length && end < start + length * 2; end += 1) {
      const char = text.charAt(end);
      if (char === ' ' && iban.length % 4 === 0 && text.charAt(end - 1) !== ' ') continue;
      if (!/[A-Z0-9]/.test(char)) return undefined;
      iban += char;
    }
    return iban.length === length && !/[A-Za-z0-9]/.test(text.charAt(end)) && mod97(iban) ? { end, placeholder: session.placeholder('IBAN', iban) } : undefined;
  });
}

/** ISO 13616: the first four characters moved to the end, letters as two digits, the whole leaves 1 by 97. */
function mod97(iban: string): boolean {
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

function redactEmails(text: string, session: RedactionSession): string {
  let out = '';
  let done = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > done && at - start < LONGEST_LOCAL && LOCAL.test(text.charAt(start - 1))) start -= 1;
    // The letter of an escaped line break is none of the address.
    if (text.charAt(start - 1) === '\\' && /[nrt]/.test(text.charAt(start))) start += 1;
    if (start === at) continue;
    let end = at + 1;
    while (end < text.length && end - at < LONGEST_DOMAIN && DOMAIN.test(text.charAt(end))) end += 1;
    while (end > at && /[.-]/.test(text.charAt(end - 1))) end -= 1;
    if (!isEmail({ local: text.slice(start, at), domain: text.slice(at + 1, end), before: text.slice(Math.max(0, start - 80), start) })) continue;
    out += text.slice(done, start) + session.placeholder('EMAIL', text.slice(start, end).toLowerCase());
    done = end;
  }
  return out + text.slice(done);
}

/** Not the user of a URL or of a Git remote, not `package@1.2.3-rc.beta`, not a unit of systemd. */
function isEmail({ local, domain, before }: { readonly local: string; readonly domain: string; readonly before: string }): boolean {
  if (local === '' || local === 'git' || isPlaceholder(local) || /__[A-Z_]+_\d+__$/.test(local) || /:\/\/[^\s/@]*$/.test(before)) return false;
  return domain.length < 254 && /\.[A-Za-z]{2,24}$/.test(domain) && !/^\d+\./.test(domain) && !domain.includes('..') && !UNITS.test(`${local}@${domain}`);
}

const PLUS = /(?<![\w+.](?<!\\[nrt]|\x1b\[[0-9;]{0,8}m))\+[1-9]/g;
/** Each digit may have one separator and a parenthesis before it, so that there is one way to read any text. */
const PHONE = /^\+[1-9]\)?(?:[ .-]?\(?\d\)?){7,14}(?!\w)/;

/** `+49 151 2345678`, `+1 (212) 555-0100`, `+4915123456789`. Nothing in it is checked by a sum, so its form is narrow. */
function redactPhones(text: string, session: RedactionSession): string {
  return cutOut(text, PLUS, (start) => {
    const whole = PHONE.exec(text.slice(start, start + 48))?.[0];
    if (whole === undefined) return undefined;
    const separators = whole.replace(/[\d+]/g, '');
    // Without any separator only long ones: `+12345678` is mostly a difference. `m=+1234.567890123` is how Go prints its monotonic clock.
    if (separators === '.' || (separators === '' && whole.length < 11)) return undefined;
    return { end: start + whole.length, placeholder: session.placeholder('PHONE', whole.replace(/[^\d+]/g, '')) };
  });
}

/** The text with what `recognise` finds at each start replaced; a find ends before the next start is looked at. */
function cutOut(text: string, starts: RegExp, recognise: (start: number) => { readonly end: number; readonly placeholder: string } | undefined): string {
  let out = '';
  let done = 0;
  for (const { index } of text.matchAll(starts)) {
    if (index < done) continue;
    const found = recognise(index);
    if (!found) continue;
    out += text.slice(done, index) + found.placeholder;
    done = found.end;
  }
  return out + text.slice(done);
}
