import { redactEncoded } from './encoded.ts';
import { redactHeaders } from './headers.ts';
import { redactKeyedValues } from './keyed-values.ts';
import { redactPersonalData } from './personal-data.ts';
import { redactPrivateKeys } from './private-keys.ts';
import { createSession, type RedactionSession, type SecretType } from './session.ts';
import { redactSplit } from './split-literals.ts';
import { tokenPatterns } from './typed-tokens.ts';

/**
 * The text without its secrets; what holds none comes back byte for byte.
 *
 * In this order: literals that the session knows, private keys, tokens that their form gives away, credentials of URLs and headers,
 * values whose key says what they are, personal data, tokens in pieces, and all of that once more inside of what is encoded. Running it
 * again changes nothing.
 */
export function redact(text: string, session: RedactionSession): string {
  const plain = redactPlain(redactLiterals(text, session), session);
  return redactEncoded(redactSplit(plain, session, redactForms), session, redactPlain);
}

/** Everything that can be seen without decoding. */
function redactPlain(text: string, session: RedactionSession): string {
  return redactPersonalData(redactKeyedValues(redactHeaders(redactTokens(redactPrivateKeys(text, session), session), session), session), session);
}

/** What its own form gives away. */
function redactForms(text: string, session: RedactionSession): string {
  return redactPersonalData(redactTokens(text, session), session);
}

/** What the last gate found. One hit is enough not to let the bytes leave. */
export interface Hit {
  readonly type: SecretType;
  readonly count: number;
}

/**
 * The final gate, on the exact bytes that would leave: empty when nothing in them looks like a secret. It does not change them,
 * because a caller that gets here with a secret has a defect that must not be hidden.
 */
export function scan(bytes: Uint8Array | string): readonly Hit[] {
  const session = createSession();
  // Bytes that are no text are read one by one, so that a secret cannot hide behind a broken character.
  redact(typeof bytes === 'string' ? bytes : decode(bytes), session);
  return Object.entries(session.counts()).map(([type, count]) => ({ type: type as SecretType, count }));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

function redactLiterals(text: string, session: RedactionSession): string {
  let out = text;
  for (const literal of session.literals) if (out.includes(literal)) out = out.replaceAll(literal, () => session.placeholder('SECRET_VALUE', literal));
  return out;
}

function redactTokens(text: string, session: RedactionSession): string {
  let out = text;
  for (const { type, hints, pattern, holds } of tokenPatterns) if (hints.some((hint) => out.includes(hint))) out = out.replace(pattern, (token) => (holds && !holds(token) ? token : session.placeholder(type, token)));
  return out;
}
