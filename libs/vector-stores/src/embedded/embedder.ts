/** Name and size of the space that vectors live in: a change of either never mixes with the old one. */
export const EMBEDDER = 'ngram-v1/256';
const SIZE = 256;

/**
 * A text as a unit vector, without a model: words and their three-letter pieces, hashed into a fixed number of buckets.
 * Good at "the same words in another order, or with a typing error"; it knows no synonyms.
 */
export function embed(text: string): Float32Array {
  const vector = new Float32Array(SIZE);
  for (const word of text.toLowerCase().match(/[a-z]+|\d+/g) ?? []) {
    add(vector, word, 2);
    const padded = ` ${word} `;
    for (let start = 0; start + 3 <= padded.length; start += 1) add(vector, padded.slice(start, start + 3), 1);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Cosine of two unit vectors, never below 0. */
export function similarity(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return Math.min(1, Math.max(0, sum));
}

function add(vector: Float32Array, piece: string, weight: number): void {
  const hash = fnv1a(piece);
  const bucket = hash % SIZE;
  vector[bucket] = (vector[bucket] ?? 0) + (hash & 0x8000_0000 ? -weight : weight);
}

/** FNV-1a, 32 bit, by the constants of its authors (Fowler, Noll, Vo). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash >>> 0;
}
