const SECRET_FIELD = /(token|password|passphrase|secret|authorization|cookie|credential|private_?key|api_?key)/i;
const URL_USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const DEPTH = 6;
const HIDDEN = '[redacted]';

/**
 * A copy of log fields without what looks like a secret: values under secret-like names, and user names and passwords in URLs.
 * A last net: code should not log such values at all.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redact(fields, 0) as Record<string, unknown>;
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(URL_USERINFO, `$1${HIDDEN}@`);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (value instanceof Error) return { type: value.name, message: redact(value.message, depth), ...('reason' in value ? { reason: value.reason } : {}), stack: redact(value.stack ?? '', depth) };
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, SECRET_FIELD.test(key) ? HIDDEN : redact(item, depth + 1)]));
}
