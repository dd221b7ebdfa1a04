/** Splits a command line at spaces; text in single quotes is one word, without the quotes. */
export const splitWords = (line: string): readonly string[] => {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (const character of line) {
    if (character === "'") {
      quoted = !quoted;
      word ??= '';
    } else if (character === ' ' && !quoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quoted) throw new Error(`unclosed quote in command: ${line}`);
  return word === undefined ? words : [...words, word];
};
