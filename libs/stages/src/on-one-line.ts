/** Signs that steer a terminal, or reorder or hide what a person reads (Unicode's control and format signs). */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** Text from a cluster or a forge, which says nothing that cannot be seen, and begins no line of its own. */
export function onOneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(UNSEEN, '');
}
