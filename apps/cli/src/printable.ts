/**
 * Text that may have come from a cluster, a repository or a forge, without the signs that would steer the terminal it is
 * shown on, or reorder or hide what a person reads there. Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu, '');
}

/** The same on one line: for whatever follows a sign that ends with the line, such as a shell's comment. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\r\n\t]+/g, ' '));
}
