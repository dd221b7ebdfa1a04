import { createSession, redact } from '@fleetmend/redaction';
import { onOneLine } from '../on-one-line.ts';

/**
 * A sentence that a language model wrote, fit for a status, a ticket and a pull request: one line, without secrets, links, mentions,
 * references, markup and closing words that a forge would act on.
 */
export function plainWords(text: string, length: number): string {
  return onOneLine(redact(text, createSession()))
    .replace(/\b[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/\S+|\bwww\.\S+/g, '(link removed)')
    .replace(/[<>[\]`|*\\{}]/g, ' ')
    .replace(/@(?=\w)/g, '(at) ')
    .replace(/[#!](?=\d)/g, 'no. ')
    .replace(/(^|\s)\/(?=[a-z])/gi, '$1')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, length);
}
