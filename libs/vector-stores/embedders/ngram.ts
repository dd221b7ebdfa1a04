import { unit, type Embedder } from './embedder.ts';

const SIZE = 256;

/** The embedder that ships: needs no model, no network and no key. */
export const ngram: Embedder = { space: `ngram-v1-${SIZE}`, size: SIZE, embed: async (texts) => texts.map(embedNgrams) };

/**
 * A text as a unit vector, without a model: words and their three-letter pieces, hashed into a fixed number of buckets.
 * Good at "the same words in another order, or with a typing error"; it knows no synonyms.
 */
export function embedNgrams(text: string): Float32Array | undefined {
  const vector = new Float32Array(SIZE);
  for (const word of text.toLowerCase().match(/[a-z]+|\d+/g) ?? []) {
    add(vector, word, 2);
    const padded = ` ${word} `;
    for (let start = 0; start + 3 <= padded.length; start += 1) add(vector, padded.slice(start, start + 3), 1);
  }
  return unit(vector);
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
