import { isPlaceholder, type RedactionSession } from './session.ts';

/** `scheme://user:password@host`. The password may not hold a slash, or every port and path before an `@` would count as one. */
const USERINFO = /(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s/?#@:"'<>\\]{0,256}:)([^\s/?#@"'<>\\]{1,512})(?=@)/g;
/** `https://token@host`: long enough to be no user name. */
const USER_TOKEN = /(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/)([^\s/?#@:"'<>\\]{20,512})(?=@)/g;
const AUTHORIZATION = /(?<![A-Za-z])((?:proxy-)?authorization(?:\\?["'])?\s{0,4}[:=]\s{0,4}(?:\\?["'[]){0,3}(?:(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)\s{1,4})?)([^\s"'\\,\]]{4,4096})/gi;
const BEARER = /(?<![A-Za-z])(bearer\s{1,4})([\w.~+/-]{16,4096}={0,2})/gi;
const BASIC = /(?<![A-Za-z])(basic\s{1,4})([A-Za-z0-9+/]{8,1024}={0,2})/gi;
const COOKIE = /(?<![A-Za-z-])((?:set-)?cookie(?:\\?["'])?\s{0,4}[:=]\s{0,4}(?:\\?["'[]){0,3})([^\s"'\\\]=;]{1,128}=[^\r\n"'\\\]]{1,4096})/gi;

/** Credentials that HTTP and URLs carry. */
export function redactHeaders(text: string, session: RedactionSession): string {
  const keep = (type: Parameters<RedactionSession['placeholder']>[0], holds: (secret: string) => boolean = () => true) =>
    (whole: string, before: string, secret: string): string => (isPlaceholder(secret) || !holds(secret) ? whole : before + session.placeholder(type, secret));
  let out = text;
  if (out.includes('@')) out = out.replace(USERINFO, keep('URL_PASSWORD', isNoReference)).replace(USER_TOKEN, keep('URL_PASSWORD', isNoReference));
  if (/authorization/i.test(out)) out = out.replace(AUTHORIZATION, keep('AUTH_HEADER', isNoReference));
  if (/bearer/i.test(out)) out = out.replace(BEARER, keep('AUTH_HEADER', hasDigit));
  if (/basic/i.test(out)) out = out.replace(BASIC, keep('AUTH_HEADER', isUserAndPassword));
  if (/cookie/i.test(out)) out = out.replace(COOKIE, keep('COOKIE'));
  return out;
}

/** `$(PASSWORD)` and `${PASSWORD}` name a secret; they are not one. */
const isNoReference = (secret: string): boolean => !/^(?:\$[({]|<|\*+$|x+$)/i.test(secret);
const hasDigit = (secret: string): boolean => /\d/.test(secret);

function isUserAndPassword(secret: string): boolean {
  return /^[\x20-\x7e]{1,256}:[\x20-\x7e]{1,512}$/.test(Buffer.from(secret, 'base64').toString('latin1'));
}
