import { createSession, type RedactionSession, type SecretType } from './session.ts';
import type { Rules } from './encoded.ts';

/** Pieces that a shell or a program puts together again: `'ab''cd'`, `"ab" + "cd"`. Starts only behind a space or a quote, so that no text is read twice. */
const SPLIT = /(?<![^\s"'])[^\s"']+(?:(?:""|''|\\?["'] ?\+ ?\\?["'])[^\s"']+)+/g;
const JOINT = /""|''|\\?["'] ?\+ ?\\?["']/g;

/** Takes out what is a secret once the quotes in its middle are gone. */
export function redactSplit(text: string, session: RedactionSession, rules: Rules): string {
  if (!text.includes('""') && !text.includes("''") && !text.includes('+')) return text;
  return text.replace(SPLIT, (run) => {
    const inner = createSession();
    rules(run.replace(JOINT, ''), inner);
    const [type] = Object.keys(inner.counts());
    return type === undefined ? run : session.placeholder(type as SecretType, run);
  });
}
