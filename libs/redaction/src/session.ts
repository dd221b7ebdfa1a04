/** What was recognised. Becomes the word in a placeholder. */
export type SecretType =
  | 'PRIVATE_KEY' | 'JWT' | 'AWS_KEY' | 'GCP_KEY' | 'AZURE_KEY' | 'GITHUB_TOKEN' | 'GITLAB_TOKEN' | 'SLACK_TOKEN' | 'STRIPE_KEY' | 'API_TOKEN'
  | 'URL_PASSWORD' | 'AUTH_HEADER' | 'COOKIE' | 'SECRET_VALUE' | 'PAYMENT_CARD' | 'IBAN' | 'EMAIL' | 'PHONE'
  /** Packed text that would unpack to more than is read. */
  | 'ENCODED';

/**
 * What one request has seen: the same secret gets the same placeholder throughout, so that a reader can still tell equal from
 * different. Never kept beyond its request and never sent.
 */
export interface RedactionSession {
  /** `__GITHUB_TOKEN_1__`. */
  placeholder(type: SecretType, secret: string): string;
  /** A literal that is known to be secret, whatever it looks like: taken out wherever it appears. Too short ones are refused. */
  learn(literal: string): void;
  readonly literals: readonly string[];
  /** How many replacements were made, by type. */
  counts(): Readonly<Partial<Record<SecretType, number>>>;
}

/** A shorter literal would tear holes into ordinary words. */
const SHORTEST_LITERAL = 6;
const MOST_LITERALS = 500;
/** Values that a secret-like name often has without being a secret. */
const ORDINARY = /^(?:true|false|null|none|enabled|disabled|required|optional|default|changeme|localhost|\d{1,5})$/i;

export function createSession(): RedactionSession {
  const known = new Map<string, string>();
  const numbers = new Map<SecretType, number>();
  const counts: Partial<Record<SecretType, number>> = {};
  const literals: string[] = [];
  return {
    placeholder(type, secret) {
      counts[type] = (counts[type] ?? 0) + 1;
      const before = known.get(secret);
      if (before !== undefined) return before;
      const number = (numbers.get(type) ?? 0) + 1;
      numbers.set(type, number);
      const placeholder = `__${type}_${number}__`;
      known.set(secret, placeholder);
      return placeholder;
    },
    learn(literal) {
      if (literal.length < SHORTEST_LITERAL || literals.length >= MOST_LITERALS || ORDINARY.test(literal) || literals.includes(literal)) return;
      literals.push(literal);
      // Where one literal holds another, the longer one has to go first.
      literals.sort((a, b) => b.length - a.length);
    },
    literals,
    counts: () => ({ ...counts }),
  };
}

const PLACEHOLDER = /^__[A-Z][A-Z_]*_\d+__$/;
export const isPlaceholder = (text: string): boolean => PLACEHOLDER.test(text);
