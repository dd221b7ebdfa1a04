/**
 * Retrying is useless: somebody has to change something first.
 *
 * `reason` is a CamelCase word that lands in a condition or an escalation; the message says what, which, and the next step.
 * Everything else that is thrown counts as transient and is tried again with backoff.
 *
 * @example throw new PermanentError('FileNotFound', `acme/shop has no file apps/web.yaml at 3f2c1ab: check RepoBinding shop-gitops`)
 */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** True for a {@link PermanentError}, also one that crossed a bundle boundary. */
export function isPermanent(error: unknown): error is PermanentError {
  return error instanceof Error && error.name === 'PermanentError' && 'reason' in error;
}

/** The text of whatever was thrown, for logs and conditions. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
