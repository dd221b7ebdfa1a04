import { createSession, isSecretName, redact } from '@fleetmend/redaction';

/** What stands in the place of a value that nobody should read in a status, a pull request, a ticket or the audit trail. */
export const HIDDEN = '(hidden: its name is that of a secret)';

/**
 * A changed value as people may see it. Under a name like `DB_PASSWORD` it is hidden, and a token in any other value becomes its
 * placeholder. A hidden value equals no earlier one, so that putting one back is never counted as proved: a person decides.
 */
export function shownValue(pointer: string, value: unknown): string {
  const named = pointer.split('/').some((segment) => isSecretName(/^\[name=(.*)\]$/.exec(segment)?.[1] ?? segment));
  return named ? HIDDEN : redact(textOf(value), createSession()).slice(0, 256);
}

/** A leaf as text: what is no plain value as JSON, and nothing as `undefined`. */
export function textOf(value: unknown): string {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
}
