/** Okapi BM25 with the usual constants; source: Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009). */
const K1 = 1.2;
const B = 0.75;

/** How well each text answers the question by the words they share; 0 for none. */
export function scoreWords(texts: readonly string[], question: string): readonly number[] {
  const documents = texts.map(wordsOf);
  const average = documents.reduce((sum, words) => sum + words.length, 0) / Math.max(1, documents.length);
  const asked = new Set(wordsOf(question));
  const holders = new Map([...asked].map((word) => [word, documents.filter((words) => words.includes(word)).length]));
  return documents.map((words) => {
    let score = 0;
    for (const word of asked) {
      const times = words.filter((other) => other === word).length;
      if (times === 0) continue;
      const rarity = Math.log(1 + (documents.length - (holders.get(word) ?? 0) + 0.5) / ((holders.get(word) ?? 0) + 0.5));
      score += (rarity * times * (K1 + 1)) / (times + K1 * (1 - B + (B * words.length) / average));
    }
    return score;
  });
}

const ENDINGS = /(?:ions?|ing|ed|s)$/;

/** Lower-case words without the commonest endings, so that "connections" and "connection" meet. */
export function wordsOf(text: string): readonly string[] {
  return (text.toLowerCase().match(/[a-z]{2,}|\d+/g) ?? []).map((word) => (word.length > 5 ? word.replace(ENDINGS, '') : word));
}
