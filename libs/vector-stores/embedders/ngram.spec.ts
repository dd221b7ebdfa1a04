import { describe, expect, it } from 'vitest';
import { similarity } from './embedder.ts';
import { embedNgrams } from './ngram.ts';

const likeness = (a: string, b: string) => {
  const [one, other] = [embedNgrams(a), embedNgrams(b)];
  return one && other ? similarity(one, other) : 0;
};

describe('the embedder that ships', () => {
  it('finds a text with a typing error nearer than another text', () => {
    const text = 'connection to the database refused';
    expect(likeness(text, 'conection to teh database refused')).toBeGreaterThan(likeness(text, 'image tag was not found'));
  });

  it('has no vector for a text without words', () => {
    expect(embedNgrams('—')).toBeUndefined();
  });
});
