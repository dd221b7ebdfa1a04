import { PermanentError } from '@fleetmend/kernel';
import { endOfLine, eolAt } from './source.ts';

export interface PropertyEdit {
  /** For messages. */
  readonly file: string;
  /** By whose rules it is read: lines of `KEY=VALUE`, or Java's properties. Without it, the file's name tells. */
  readonly format?: 'Env' | 'Properties';
  readonly text: string;
  readonly key: string;
  /** The value as its reader gets it, quotes and all; `undefined` takes the line out. */
  readonly value: string | undefined;
}

interface Line {
  readonly key: string;
  readonly value: string;
  readonly from: number;
  readonly valueFrom: number;
  readonly to: number;
}

/** The value of one key of a `.env` or `.properties` text; undefined when no line sets it. The last of several lines wins, as in kustomize. */
export function readProperty({ file, format, text, key }: Omit<PropertyEdit, 'value'>): string | undefined {
  return linesOf(text, format ?? formatOf(file)).findLast((line) => line.key === key)?.value;
}

/**
 * The text with one key set, every other byte as it was; the same text when it is set so already.
 *
 * @example editProperty({ file: 'app.env', text: '# db\nHOST=a\n', key: 'HOST', value: 'b' }) // '# db\nHOST=b\n'
 * @throws PermanentError `NotEditable`, naming file, key and cause.
 */
export function editProperty({ file, format = formatOf(file), text, key, value }: PropertyEdit): string {
  const refuse = (cause: string): never => {
    throw new PermanentError('NotEditable', `${file} cannot be edited safely at ${key}: ${cause}`);
  };
  const java = format === 'Properties';
  const [line, ...more] = linesOf(text, format).filter((each) => each.key === key);
  if (line?.value === value && more.length === 0) return text;
  if (/^sops_/m.test(text)) refuse('SOPS guards it with a checksum over all values: edit it with sops');
  if (more.length > 0) refuse(`${more.length + 1} lines set it`);
  if (line && /\{\{|\$\{/.test(line.value)) refuse('its value is filled in from elsewhere (a template or a ${variable})');
  if (java && (text.includes('\\') || value?.includes('\\'))) refuse('backslashes there join lines or hide signs');
  if (value !== undefined && (/[\r\n\0]/.test(value) || (java && /^\s/.test(value)))) refuse('the value would not stay on its line');
  const after = line ? splice(text, line, value) : value === undefined ? text : append(text, `${key}=${value}`);
  if (readProperty({ file, format, text: after, key }) !== value) refuse('its reader would not find the value again');
  return after;
}

function splice(text: string, line: Line, value: string | undefined): string {
  return value === undefined ? text.slice(0, line.from) + text.slice(endOfLine(text, line.to)) : text.slice(0, line.valueFrom) + value + text.slice(line.to);
}

function append(text: string, line: string): string {
  const eol = eolAt(text, text.length);
  return text === '' || text.endsWith('\n') ? `${text}${line}${eol}` : `${text}${eol}${line}`;
}

function formatOf(file: string): 'Env' | 'Properties' {
  return file.endsWith('.properties') ? 'Properties' : 'Env';
}

function linesOf(text: string, format: 'Env' | 'Properties'): readonly Line[] {
  const form = format === 'Properties' ? /^(\s*([^\s=:#!][^\s=:]*)(?:\s*[=:]\s*|\s+))(.*)$/ : /^(\s*([^\s=#][^=]*)=)(.*)$/;
  const lines: Line[] = [];
  for (const found of text.matchAll(/[^\r\n]+/g)) {
    const start = found.index + (found.index === 0 && text.startsWith('\uFEFF') ? 1 : 0);
    const match = form.exec(text.slice(start, found.index + found[0].length));
    const [, lead = '', key = '', value = ''] = match ?? [];
    if (match) lines.push({ key, value, from: start, valueFrom: start + lead.length, to: start + lead.length + value.length });
  }
  return lines;
}
