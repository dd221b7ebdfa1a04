import { PermanentError } from '@fleetmend/kernel';
import { readValues } from '@fleetmend/manifest';
import { deriveFrom, type Derived, type Tree } from '@fleetmend/ports';
import { isMap } from '../helm-release.ts';
import { folderOf } from '../manifest-folder.ts';
import type { Dialect } from './fill-template.ts';

type Params = Readonly<Record<string, unknown>>;

interface Paths {
  readonly path: string;
  readonly exclude?: boolean;
}

export interface GitGenerator {
  readonly repoURL: string;
  readonly revision?: string;
  readonly files?: readonly Paths[];
  readonly directories?: readonly Paths[];
  readonly values?: Params;
  readonly pathParamPrefix?: string;
}

export interface Generator {
  readonly list?: { readonly elements?: readonly Params[]; readonly elementsYaml?: string };
  readonly git?: GitGenerator;
  readonly matrix?: { readonly generators: readonly Generator[] };
  readonly [other: string]: unknown;
}

/** The place of a file that parameters are read from. */
export interface ParameterFile {
  readonly path: string;
  /** Where in the file: an element of its list, or nothing. */
  readonly within: readonly string[];
  readonly values: Params;
}

/** The parameters of one Application. */
export interface ParameterSet {
  readonly params: Params;
  readonly files: readonly ParameterFile[];
}

/**
 * What generators that read this repository, or stand in the ApplicationSet, hand to its template. Undefined: others take part, such as one
 * that lists clusters, and only the controller knows what they say.
 * Source: Argo CD's operator manual, "ApplicationSet", "Generators".
 */
export async function parametersOf(generators: readonly Generator[], { tree, goTemplate, isOwn }: Dialect & { readonly tree: Tree; readonly isOwn: (git: GitGenerator) => boolean }): Promise<readonly ParameterSet[] | undefined> {
  const sets: ParameterSet[] = [];
  for (const generator of generators) {
    const made = await generated(generator, { tree, goTemplate, isOwn });
    if (!made) return undefined;
    sets.push(...made);
  }
  return sets;
}

type Context = Parameters<typeof parametersOf>[1];

async function generated(generator: Generator, context: Context): Promise<readonly ParameterSet[] | undefined> {
  const { list, git, matrix, ...rest } = generator;
  // Further generators, selectors and templates of its own.
  if (Object.keys(rest).length > 0 || JSON.stringify(generator).includes('{{')) return undefined;
  if (list) return list.elementsYaml === undefined ? (list.elements ?? []).map((element) => ({ params: listed(element, context), files: [] })) : undefined;
  if (git) return context.isOwn(git) && git.values === undefined && git.pathParamPrefix === undefined ? fromGit(git, context) : undefined;
  const [first, second, ...more] = await Promise.all((matrix?.generators ?? []).map((one) => generated(one, context)));
  if (!first || !second || more.length > 0) return undefined;
  return first.flatMap((a) => second.map((b) => ({ params: { ...a.params, ...b.params }, files: [...a.files, ...b.files] })));
}

function listed(element: Params, { goTemplate }: Dialect): Params {
  if (goTemplate) return element;
  const { values, ...rest } = element;
  return { ...rest, ...(isMap(values) ? flattened(values, 'values') : {}) };
}

const FIRST_VALUE: Derived<unknown> = { what: 'the value of the first document', make: (text) => readValues(text)?.[0] };

async function fromGit({ files, directories }: GitGenerator, { tree, goTemplate }: Context): Promise<readonly ParameterSet[]> {
  const all = await tree.list('');
  if (directories) {
    const folders = [...new Set(all.flatMap((path) => ancestors(folderOf(path))))].sort();
    return chosen(folders, directories).map((path) => ({ params: ofPath(path, undefined, goTemplate), files: [] }));
  }
  const sets: ParameterSet[] = [];
  for (const path of chosen(all, files ?? [])) {
    const value = await deriveFrom(tree, path, FIRST_VALUE);
    const items = Array.isArray(value) ? value : [value];
    for (const [index, item] of items.entries()) {
      if (!isMap(item)) throw new PermanentError('RenderFailed', `${path}, which an ApplicationSet takes parameters from, holds no map of them`);
      const own = goTemplate ? item : flattened(item, '');
      const place = ofPath(folderOf(path) || '.', path.slice(path.lastIndexOf('/') + 1), goTemplate);
      sets.push({ params: { ...own, ...place }, files: [{ path, within: Array.isArray(value) ? [String(index)] : [], values: item }] });
    }
  }
  return sets;
}

function ancestors(folder: string): readonly string[] {
  const parts = folder.split('/').filter((part) => part !== '');
  return parts.some((part) => part.startsWith('.')) ? [] : parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** `*` may reach over folders, as it does for Argo CD unless that is switched off: who is meant, the name of the Application tells. */
function chosen(paths: readonly string[], patterns: readonly Paths[]): readonly string[] {
  const globs = patterns.map(({ path, exclude = false }) => ({ glob: globOf(path), exclude }));
  const matches = (excluded: boolean, path: string) => globs.some(({ glob, exclude }) => exclude === excluded && glob.test(path));
  return paths.filter((path) => matches(false, path) && !matches(true, path));
}

function globOf(pattern: string): RegExp {
  const parts = pattern.replaceAll(/\*\*\/|\*+|\?|[\\^$.|+()[\]{}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    return part.startsWith('*') ? '.*' : part === '?' ? '.' : `\\${part}`;
  });
  return new RegExp(`^${parts}$`);
}

function ofPath(path: string, filename: string | undefined, goTemplate: boolean): Params {
  const segments = path.split('/');
  const basename = segments.at(-1) ?? '';
  const names = { basename, basenameNormalized: labelOf(basename), ...(filename === undefined ? {} : { filename, filenameNormalized: labelOf(filename) }) };
  if (goTemplate) return { path: { path, segments, ...names } };
  const entries = [...Object.entries(names).map(([key, value]) => [`path.${key}`, value]), ...segments.map((segment, index) => [`path[${index}]`, segment])];
  return { path, ...Object.fromEntries(entries) };
}

function labelOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9-.]/g, '-').slice(0, 253).replace(/^[-.]+|[-.]+$/g, '');
}

function flattened(value: unknown, prefix: string): Params {
  if (value === null || typeof value !== 'object') return { [prefix]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, item]) => flattened(item, prefix === '' ? key : `${prefix}.${key}`))) as Params;
}
