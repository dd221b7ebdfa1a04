import { PermanentError } from './errors.ts';

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What `parse` needs of a schema; every zod schema fits. */
export interface Schema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

/**
 * Turns an unknown value into a typed one at the door.
 * @param what names the thing and where it came from, for the message: `config file fleetmend.yaml`.
 * @throws PermanentError `Malformed`, listing every field that is wrong.
 */
export function parse<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => `${issue.path.map(String).join('.') || '(root)'}: ${issue.message}`);
  throw new PermanentError('Malformed', `${what} is not as expected: ${fields.join('; ')}`);
}
