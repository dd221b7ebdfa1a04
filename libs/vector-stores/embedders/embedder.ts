import type { Duration } from '@fleetmend/kernel';

/** Texts as unit vectors of one space. */
export interface Embedder {
  /** Name and size of the space, as `ngram-v1-256`: letters, digits, dots, dashes and underscores. Vectors of two names are never compared. */
  readonly space: string;
  readonly size: number;
  /** One vector per text, in order; undefined for a text that has none: no words in it, or something that may not leave. */
  embed(texts: readonly string[]): Promise<readonly (Float32Array | undefined)[]>;
}

/** Longest that one text may be, in characters: no cause and no message is longer. */
export const LONGEST_TEXT = 4_000;

/** What an embedder behind an address needs of the world. */
export interface EmbedderWorld {
  readonly fetch: typeof fetch;
  readonly timeout: Duration;
}

/** The same direction with length 1; undefined for a vector that has none. */
export function unit(vector: Float32Array): Float32Array | undefined {
  const length = Math.hypot(...vector);
  return length === 0 || !Number.isFinite(length) ? undefined : vector.map((value) => value / length);
}

/** Cosine of two unit vectors, never below 0. */
export function similarity(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return Math.min(1, Math.max(0, sum));
}
