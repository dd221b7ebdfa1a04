import { parseAllDocuments } from 'yaml';
import { isMap, parseFieldPath, readField, type Step } from './field-path.ts';

/** All files of a commit, by path. */
export type Files = ReadonlyMap<string, string>;

/** What is inside a file: documents with a name each, or only lines. */
export type Content = { readonly documents: ReadonlyMap<string, unknown> } | { readonly lines: readonly string[] };

export const isEnvFile = (path: string): boolean => /(^|\/|\.)env$/.test(path);

/** Documents of YAML and JSON, keys of `.env` files, and the lines of everything else, such as templates that are not YAML. */
export function readContent(path: string, text: string | undefined): Content {
  if (text === undefined) return { documents: new Map() };
  if (isEnvFile(path)) return { documents: new Map([['0', readEnv(text)]]) };
  if (!/\.(ya?ml|json)$/.test(path) && !/(^|\/)Kustomization$/.test(path)) return { lines: text.split('\n') };
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return { lines: text.split('\n') };
  const named = new Map<string, unknown>();
  for (const [index, value] of documents.map((document): unknown => document.toJS()).entries()) {
    const name = nameOf(value) ?? String(index);
    named.set(named.has(name) ? `${name}#${index}` : name, value);
  }
  return { documents: named };
}

/** `Deployment/checkout` */
function nameOf(value: unknown): string | undefined {
  if (!isMap(value) || typeof value['kind'] !== 'string' || !isMap(value['metadata'])) return undefined;
  const { name, namespace } = value['metadata'];
  return typeof name === 'string' ? `${value['kind']}/${name}${typeof namespace === 'string' ? `@${namespace}` : ''}` : undefined;
}

/** The document that `document: Kind/name` means; without it the first one that has the field, or else the first one. */
export function chooseDocument({ documents }: { readonly documents: ReadonlyMap<string, unknown> }, { document: wanted, file, path }: FieldOfFile): readonly [string, unknown] | undefined {
  const all = [...documents];
  if (wanted === undefined) return all.find(([, value]) => readField(value, stepsIn(file, path)) !== undefined) ?? all[0];
  return all.find(([name]) => name === wanted || name.replace(/[@#].*$/, '') === wanted);
}

export interface FieldOfFile {
  readonly file: string;
  readonly document?: string | undefined;
  readonly path: string;
}

/** The value of a field of a file; undefined: no such file, document or field. In a `.env` file the path is the key. */
export function readFileField(files: Files, field: FieldOfFile): unknown {
  const { file, path } = field;
  const content = readContent(file, files.get(file));
  if (!('documents' in content)) return undefined;
  return readField(chooseDocument(content, field)?.[1], stepsIn(file, path));
}

export function stepsIn(file: string, path: string): readonly Step[] {
  return isEnvFile(file) ? [{ at: path }] : parseFieldPath(path);
}

function readEnv(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line.includes('=') && !/^\s*#/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).replace(/\r$/, '')]));
}
