import type { Case, GitChange } from '@fleetmend/plugin-api';

/** What the failing container wrote, its last life first. */
export function logOf(kase: Case): string {
  const logs = kase.evidence.filter(({ kind }) => kind === 'log');
  return [...logs.filter(({ title }) => title.startsWith('previous')), ...logs.filter(({ title }) => !title.startsWith('previous'))].map(({ text }) => text).join('\n');
}

/** What it wrote before it ended, where that was kept: what runs now, or another pod, may have nothing to complain of. */
export function lastLifeOf(kase: Case): string {
  return kase.evidence.find(({ kind, title }) => kind === 'log' && title.startsWith('previous'))?.text ?? logOf(kase);
}

/**
 * How strongly a text speaks of a change: of the name of what changed, of what it is now, of what it was.
 * 0: not at all, and then the change is no more suspect than any other.
 */
export function mentions({ path, before, after, object }: GitChange, text: string): number {
  const names = [...belowContainer(path).flatMap((segment) => /^\[(?:name|mountPath)=(.+)\]$/.exec(segment)?.[1] ?? (isTelling(segment) ? [segment] : [])), ...(path.length === 0 ? [object.name] : [])];
  const says = (words: readonly string[]) => words.some((word) => holdsWord(text, word));
  const now = wordsOf(after);
  const was = wordsOf(before);
  const only = (words: readonly string[], others: readonly string[]) => words.filter((word) => !others.includes(word));
  const prefixed = path.at(-1) === 'prefix' && namesWith(text, before, after);
  return (says(names) ? 2 : 0) + (says(only(now, was)) ? 3 : 0) + (says(only(was, now)) ? 2 : 0) + (prefixed ? 3 : 0);
}

/** The text names a variable that begins with a prefix as it was, and not with the present one, unless that is merely shorter. */
function namesWith(text: string, was: unknown, now: unknown): boolean {
  if (typeof was !== 'string' || was === '') return false;
  const fits = (word: string, prefix: unknown) => typeof prefix === 'string' && prefix.length >= was.length && word.startsWith(prefix);
  return [...text.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].some(([word]) => word.length > was.length && word.startsWith(was) && !fits(word, now));
}

/** A program that names itself does not speak of each of its settings. */
function belowContainer(path: readonly string[]): readonly string[] {
  const at = path.findIndex((segment) => segment === 'containers' || segment === 'initContainers');
  return at >= 0 && path.length > at + 2 ? path.slice(at + 2) : path;
}

/** A variable may be as short as `DB`; other words are no name of anything unless they look put together. */
function isTelling(segment: string): boolean {
  return /^[A-Z][A-Z0-9_]+$/.test(segment) || (/[A-Z_.-]/.test(segment) && segment.length > 3);
}

/** The texts in a value, and the parts of them that a program would name on its own: hosts, ports, paths, flags. */
function wordsOf(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'object') return Object.values(value).flatMap(wordsOf);
  const text = String(value).trim();
  const parts = text.split(/[\s,;"'=@]+/).flatMap((part) => [part, ...part.split(/:\/\/|:(?=\d)/)]).filter((part) => !isProse(text) || /[^A-Za-z.!?]/.test(part));
  return [...new Set([text, ...parts])].filter((word) => word.length > 1 && !COMMON.has(word.toLowerCase()));
}

/** A sentence: its plain words stand in any log. */
function isProse(text: string): boolean {
  return text.split(/\s+/).filter((word) => /^[A-Za-z]+[.,!?]?$/.test(word)).length >= 3;
}

const COMMON: ReadonlySet<string> = new Set(['true', 'false', 'on', 'off', 'yes', 'no', 'http', 'https', 'tcp', 'info', 'debug', 'error', 'warn', 'app', 'main', 'labapp']);

/** Whole words only: port 80 is not in 8080. A folder is also found at the beginning of a path. */
export function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [left, right] = [text[at - 1] ?? ' ', text[at + word.length] ?? ' '];
    const free = !/[A-Za-z0-9_]/.test(left) || /^[^A-Za-z0-9_]/.test(word);
    const ends = !/[A-Za-z0-9_]/.test(right) && !(right === '.' && /[A-Za-z0-9]/.test(text[at + word.length + 1] ?? ''));
    if (free && ends) return true;
  }
  return false;
}
