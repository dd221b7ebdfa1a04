import { readFileSync } from 'node:fs';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { ConfigFile } from './config-file.ts';
import { inputSchema, keysAt } from './json-schema.ts';
import { nearest } from './nearest.ts';

/**
 * Reads and checks a config file.
 * @throws PermanentError `ConfigUnreadable` or `ConfigInvalid`, naming file, line, key, and the nearest known key.
 */
export function loadConfig(file: string): ConfigFile {
  return parseConfig(readText(file), file);
}

/** As {@link loadConfig}, of a text that is already in hand; `file` is for the messages. */
export function parseConfig(text: string, file: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const [broken] = document.errors;
  if (broken) throw new PermanentError('ConfigInvalid', `${file} is not valid YAML: ${broken.message.split('\n')[0] ?? broken.message}; correct that line`, { cause: broken });
  const result = ConfigFile.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => renderIssue(issue, { document, lines, file }));
  throw new PermanentError('ConfigInvalid', problems.join('\n'));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PermanentError('ConfigUnreadable', `the config file ${file} cannot be read: ${messageOf(error)}; name one that exists with --config`, { cause: error });
  }
}

interface Place {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly file: string;
}

function renderIssue(issue: z.core.$ZodIssue, place: Place): readonly string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key, place));
  // The alternatives of a union each complain; the one that got furthest is the one that was meant.
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.message === 'Invalid input') {
    const meant = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
    return meant.flatMap((inner) => renderIssue({ ...inner, path: [...issue.path, ...inner.path] }, place));
  }
  return [`${where(issue.path, place)}: ${render(issue.path)}: ${issue.message}`];
}

function unknownKey(path: readonly PropertyKey[], key: string, place: Place): string {
  const known = keysAt(inputSchema(ConfigFile), path);
  const meant = nearest(key, known);
  const hint = meant ? `did you mean ${meant}?` : 'remove it, or look it up in docs/config.md';
  return `${where([...path, key], place)}: ${render([...path, key])} is not a known key; ${hint} (known here: ${known.join(', ') || 'none'})`;
}

function render(path: readonly PropertyKey[]): string {
  return path.map(String).join('.') || 'the file';
}

function where(path: readonly PropertyKey[], { document, lines, file }: Place): string {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] } | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return `${file}:${lines.linePos(start).line}`;
  }
  return file;
}
